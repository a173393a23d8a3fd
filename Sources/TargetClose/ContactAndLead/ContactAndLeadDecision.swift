/// What `contact_and_lead` does about a record, by Segment's rules.
///
/// 1. A lead whose company-id field holds the company's id is the lead.
/// 2. Without one, contacts are looked for, by the user id, else by e-mail.
/// 3. Without those, a lead with a contact is created.
/// 4. Contacts under another company's lead do not count: a new lead with a contact is created, unless duplicates
///    are not allowed.
/// 5. Without a company id, the contacts found and their leads are updated.
/// 6. At most ten contacts, oldest first.
///
/// Beyond Segment's words: a person who is new to the company's lead is added to it; a lead found through its
/// contact that has no company id yet gets it; where a second contact is not allowed, the one there is updated.
struct ContactAndLeadDecision: Hashable, Sendable {
  /// A contact that goes by the record's user id or e-mail.
  struct Contact: Hashable, Sendable {
    let id: String
    let leadID: String
    /// The company id of its lead; nil when the lead has none.
    let companyID: String?
  }

  enum Step: Hashable, Sendable {
    case updateLead(String)
    case updateContact(String)
    /// A new contact under a lead that is there.
    case createContact(leadID: String)
    case createLead(withContact: Bool)
    case skip(String)
  }

  let steps: [Step]

  /// Decides over what was found.
  ///
  /// - Parameters:
  ///   - companyID: the record's, when there is a field for it.
  ///   - hasContact: whether the record says anything about a person.
  ///   - lead: the oldest lead with the company's id.
  ///   - contacts: those found by user id or e-mail, oldest first.
  init(
    _ settings: ContactAndLeadSettings, companyID: String?, hasLead: Bool, hasContact: Bool, lead: String?,
    contacts: [Contact]
  ) {
    let rules = Rules(settings: settings, hasLead: hasLead, hasContact: hasContact)
    if let lead {
      steps = rules.leadFound(lead, contacts)
      return
    }
    if let companyID, let lead = contacts.first(where: { $0.companyID == companyID })?.leadID {
      // The lead itself knows better than a search that does not find it yet.
      steps = rules.leadFound(lead, contacts)
      return
    }
    let own = contacts.filter { companyID == nil || $0.companyID == nil }
    if !own.isEmpty {
      steps = rules.contactsFound(own, isOneCompany: companyID != nil)
    } else if contacts.isEmpty || settings.mayDuplicateContacts {
      steps = rules.nothingFound()
    } else {
      steps = rules.updates(of: contacts)
    }
  }
}

/// The rules with the switches applied.
private struct Rules {
  typealias Step = ContactAndLeadDecision.Step
  let settings: ContactAndLeadSettings
  let hasLead: Bool
  let hasContact: Bool

  func leadFound(_ lead: String, _ contacts: [ContactAndLeadDecision.Contact]) -> [Step] {
    let leadSteps = updates(ofLeads: [lead])
    guard hasContact else { return leadSteps }
    let inLead = contacts.filter { $0.leadID == lead }
    if !inLead.isEmpty { return leadSteps + updates(of: inLead) }
    if !contacts.isEmpty, !settings.mayDuplicateContacts { return leadSteps + updates(of: contacts) }
    guard settings.mayCreateContacts else {
      return leadSteps + [.skip("allow_creating_new_contacts is false")]
    }
    return leadSteps + [.createContact(leadID: lead)]
  }

  /// - Parameter isOneCompany: whether the leads get a company's id, which only one of them may have.
  func contactsFound(_ contacts: [ContactAndLeadDecision.Contact], isOneCompany: Bool) -> [Step] {
    var leads: [String] = []
    for contact in contacts.prefix(MatchPolicy.mostObjects) where !leads.contains(contact.leadID) {
      leads.append(contact.leadID)
    }
    if isOneCompany { leads = Array(leads.prefix(1)) }
    return updates(of: contacts) + (hasLead ? updates(ofLeads: leads) : [])
  }

  func nothingFound() -> [Step] {
    guard settings.mayCreateLeads else { return [.skip("allow_creating_new_leads is false")] }
    let withContact = hasContact && settings.mayCreateContacts
    guard hasLead || withContact else { return [.skip("allow_creating_new_contacts is false")] }
    return [.createLead(withContact: withContact)]
  }

  func updates(of contacts: [ContactAndLeadDecision.Contact]) -> [Step] {
    guard hasContact else { return [] }
    guard settings.mayUpdateContacts else { return [.skip("allow_updating_existing_contacts is false")] }
    return contacts.prefix(MatchPolicy.mostObjects).map { .updateContact($0.id) }
  }

  private func updates(ofLeads leads: [String]) -> [Step] {
    guard settings.mayUpdateLeads else { return [.skip("allow_updating_existing_leads is false")] }
    return leads.map { .updateLead($0) }
  }
}

/// The kinds of object an organisation keeps; what the API does with each stands in its `Resource`.
enum Kind: UInt8, CaseIterable, Sendable {
  // Leads and what hangs below them
  case lead, contact, opportunity, task, customObject
  // Activities, from `note` to `importUpdate`
  case note, call, email, emailThread, sms, whatsAppMessage, meeting, created, leadStatusChange,
    opportunityStatusChange, taskCompleted, leadMerge, customActivity, formSubmission, importUpdate
  // People
  case user, membership, role, group
  // How the organisation is set up
  case leadStatus, opportunityStatus, pipeline, leadField, contactField, opportunityField, activityField,
    customObjectField, sharedField, customActivityType, customObjectType, integrationLink, outcome, playbook,
    form
  // Communication and automation
  case emailTemplate, smsTemplate, sequence, sequenceSubscription, smartView, connectedAccount, sendAs,
    phoneNumber, blockedNumber, unsubscribedEmail, schedulingLink, sharedSchedulingLink, webhook, comment,
    commentThread, dialer, export, bulkDelete, bulkEdit, bulkEmail, bulkSequence

  /// Whether `/activity/` lists it.
  var isActivity: Bool { rawValue >= Kind.note.rawValue && rawValue <= Kind.importUpdate.rawValue }

  /// Whether its objects name things for others: users, statuses, pipelines, custom fields and types.
  var isSetting: Bool { rawValue >= Kind.user.rawValue && rawValue <= Kind.form.rawValue }

  /// The activity kinds in `/activity/`.
  static let activities = allCases.filter(\.isActivity)

  /// The kinds of custom field definition.
  static let fields: [Kind] = [
    .leadField, .contactField, .opportunityField, .activityField, .customObjectField, .sharedField,
  ]

  /// What the API says and does about objects of this kind.
  var resource: Resource { Resource.table[Int(rawValue)] }
}

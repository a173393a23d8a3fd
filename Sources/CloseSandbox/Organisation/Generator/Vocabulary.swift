/// The words a generated organisation is made of.
enum Vocabulary {
  static let firstNames = [
    "Ana", "Björn", "Carla", "Dmitri", "Élodie", "Fatima", "Giulia", "Henrik", "Ingrid", "José", "Kenji",
    "Lucía", "Mateusz", "Noémie", "Oluwaseun", "Priya", "Quentin", "Renée", "Søren", "Tomáš", "Uma", "Vera",
    "Wei", "Ximena", "Yusuf", "Zoë", "Aisling", "Bruce", "Charlotte", "Daniel", "Emma", "Frank", "Grace",
    "Hannah", "Ivan", "Julia", "Karan", "Liam", "Maria", "Nathan", "Olivia", "Paul", "Rosa", "Samuel",
    "Teresa", "Umberto", "Victor", "Wendy", "Xavier", "Yvonne",
  ]
  static let lastNames = [
    "Müller", "García", "O'Neill", "Nguyen", "Kowalska", "Smith", "Dubois", "Rossi", "Johansson", "Silva",
    "Tanaka", "Ivanova", "Fünke", "Okafor", "Patel", "Łukasik", "Çelik", "Andersen", "Novák", "MacDonald",
    "Fernández", "Schröder", "Lefèvre", "Bianchi", "Haddad", "Kim", "Larsen", "Moreau", "Petrov", "Quispe",
    "Reyes", "Sørensen", "Torres", "Ueda", "Van den Berg", "Wójcik", "Young", "Zhang", "Bluth", "Wayne",
  ]
  static let companyStems = [
    "Acme", "Nordwind", "Bluebird", "Café Señorita", "Kestrel", "Lumière", "Granite Peak", "Tidewater",
    "Sakura", "Orchard", "Hopper & Sons", "Quantum", "Silverline", "Zürisee", "Pampas", "Fjord", "Copper Fox",
    "Meridian", "Bright \"Side\"", "Atlas", "Nimbus", "Pinecrest", "Redwood", "Solstice", "Vertigo", "Wren",
    "Maple Leaf", "Ironbark", "Château Vert", "Łódź Textile", "Ember", "Harbour", "Juniper", "Northgate",
  ]
  static let trades = [
    "Logistics", "Foods", "Software", "Dental", "Robotics", "Travel", "Analytics", "Furniture", "Energy",
    "Cosmetics", "Apparel", "Motors", "Media", "Labs", "Consulting", "Bikes", "Insurance", "Roofing",
  ]
  static let companyForms = ["Inc.", "GmbH", "Ltd", "S.L.", "LLC", "AB", "S.A.", "B.V.", "Co."]
  static let titles = [
    "CEO", "CEO & Co-Founder", "VP Sales", "Head of Operations", "Office Manager", "CTO", "Buyer",
    "sr. vice president", "Directora General", "Geschäftsführerin", "Account Manager", "",
  ]
  static let industries = ["Apparel", "Cars", "Cosmetics", "IT", "Food & Drink", "Healthcare", "Logistics"]
  static let sources = ["Website contact form", "Referral", "Trade fair", "Cold call", "Webinar", "Partner"]

  /// City, state, zip code, country, area code of its phone numbers.
  static let places: [(city: String, state: String, zip: String, country: String, phone: String)] = [
    ("San Francisco", "CA", "94103", "US", "+1415"), ("Austin", "TX", "78701", "US", "+1512"),
    ("New York", "NY", "10013", "US", "+1212"), ("Boston", "MA", "02110", "US", "+1617"),
    ("Denver", "CO", "80202", "US", "+1303"), ("Toronto", "ON", "M5H 2N2", "CA", "+1416"),
    ("London", "", "EC1A 1BB", "GB", "+4420"), ("Berlin", "", "10115", "DE", "+4930"),
    ("München", "BY", "80331", "DE", "+4989"), ("Paris", "", "75002", "FR", "+331"),
    ("Málaga", "", "29001", "ES", "+34952"), ("Malmö", "", "211 20", "SE", "+4640"),
    ("Kraków", "", "31-001", "PL", "+4812"), ("São Paulo", "SP", "01310-100", "BR", "+5511"),
    ("東京", "", "100-0001", "JP", "+813"),
  ]
  static let streets = [
    "Howard St", "Main Street", "Hauptstraße", "Rue de la Paix", "Calle Mayor", "Market St",
  ]

  static let remarks = [
    "Wants a demo next week, prefers mornings.",
    "Budget approved 🎉 – legal review takes about two weeks.",
    "Said: \"call me when you support SSO\".",
    "Left a voicemail. Will try again on Thursday.",
    "Compares us with two others; price is not the point, onboarding is.",
    "Moved from spreadsheets to nothing at all.\nNeeds import help.",
    "Contract path is C:\\Shares\\Contracts\\2024 on their side.",
    "Très intéressée, mais pas avant le prochain trimestre.",
    "Will decide after the board meeting 👍🏽",
    "Asked for references in the same industry.",
    "Team of 12, growing to 20 by summer.\n\n- needs calling\n- needs e-mail sync\t(Outlook)",
    "Not the right person; forwarded to purchasing.",
    "お見積もりを送ってください。",
    "Happy customer, open to a case study.",
    "Price too high? Offer annual billing.",
    "Er meldet sich nach den Ferien wieder.",
  ]
  static let taskTexts = [
    "Follow up", "Send proposal", "Check in after trial", "Prepare demo", "Ask for referral",
    "Renew contract",
    "Call back about pricing", "Connect with Account Manager", "Enviar factura", "Angebot nachfassen",
  ]
  static let subjects = [
    "Checking in", "Your trial", "Proposal for {company}", "Next steps 🚀", "Re: pricing", "Intro & questions",
    "Ihre Anfrage", "Réunion de mardi", "Invoice attached", "Quick question",
  ]
  static let paragraphs = [
    "Thanks for taking the time to talk today. I have put together what we discussed below.",
    "You mentioned that follow-ups fall through the cracks. That is what our sequences are made for.",
    "The import took four minutes for a team of your size, including custom fields & old notes.",
    "Please find the numbers attached. The annual plan saves 15 % – \"two months free\", as you put it.",
    "Could you tell me who else should be in the next call? Security questions go to our own engineers.",
    "Nous pouvons commencer dès lundi si cela vous convient.",
    "I am out of the office until Thursday; Ana will help you in the meantime 🙂",
    "If you would rather not hear from us again, just say so and I will close your file.",
  ]
  static let smsTexts = [
    "Running 5 minutes late!", "Hi! This is a reminder that we have a call scheduled for 12pm today.",
    "👍", "Can we move to 3?", "Thanks, got it.", "¿Mañana a las 10?",
  ]
}

import Testing

@testable import TapClose

@Suite struct DeletionRouteTests {
  @Test func `a short log is read as a whole`() {
    var route = DeletionRoute(types: ["lead", "contact"])
    #expect(route.step == .everything)
    route.receive(obeys: true, isLast: true)
    #expect(route.step == .finished)
  }

  @Test func `a long one goes on type by type`() {
    var route = DeletionRoute(types: ["lead", "contact"])
    route.receive(obeys: true, isLast: false)
    #expect(route.step == .everything)
    route.receive(obeys: true, isLast: false)
    #expect(route.step == .deletions(of: "lead"))
    route.receive(obeys: true, isLast: false)
    #expect(route.step == .deletions(of: "lead"))
    route.receive(obeys: true, isLast: true)
    #expect(route.step == .deletions(of: "contact"))
    route.receive(obeys: true, isLast: true)
    #expect(route.step == .finished)
  }

  @Test func `a walk that shows everything is the last one`() {
    var route = DeletionRoute(types: ["lead"] + ["contact"])
    for _ in 0..<2 { route.receive(obeys: true, isLast: false) }
    route.receive(obeys: true, isLast: false)
    route.receive(obeys: false, isLast: false)
    #expect(route.step == .deletions(of: "lead"))
    route.receive(obeys: true, isLast: true)
    #expect(route.step == .finished)
  }

  @Test func `where filters are refused the whole log is read to its end`() {
    var route = DeletionRoute(types: ["lead"])
    route.receive(obeys: true, isLast: false)
    #expect(route.step == .deletions(of: "lead"))
    route.refuse()
    for _ in 0..<10 {
      #expect(route.step == .everything)
      route.receive(obeys: true, isLast: false)
    }
    route.receive(obeys: true, isLast: true)
    #expect(route.step == .finished)
  }
}

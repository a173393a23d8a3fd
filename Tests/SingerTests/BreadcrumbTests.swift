import Testing

@testable import Singer

@Suite("A breadcrumb")
struct BreadcrumbTests {
  @Test(
    "lies in the place around it",
    arguments: [
      (["properties", "name"], [], "name"),
      (["properties", "place", "properties", "city"], ["properties", "place"], "place.city"),
      (["properties", "tags", "items"], ["properties", "tags"], "tags"),
      (["properties", "tags", "items", "properties", "id"], ["properties", "tags", "items"], "tags.id"),
      (["properties", "items"], [], "items"),
      (["properties", "properties"], [], "properties"),
      (
        ["properties", "properties", "properties", "items"], ["properties", "properties"], "properties.items"
      ),
      (["properties", "items", "items"], ["properties", "items"], "items"),
      (["properties"], [], "properties"),
      (["anything"], [], "anything"),
    ])
  func parent(steps: [String], parent: [String], text: String) {
    #expect(Breadcrumb(steps).parent == Breadcrumb(parent))
    #expect(Breadcrumb(steps).description == text)
  }

  @Test("of the stream lies in nothing")
  func stream() {
    #expect(Breadcrumb.stream.parent == nil)
    #expect(
      Breadcrumb.property("a").items.property("b").steps == ["properties", "a", "items", "properties", "b"])
    #expect(Breadcrumb.property("a").topLevelProperty == "a")
    #expect(Breadcrumb.property("a").property("b").topLevelProperty == nil)
    #expect(Breadcrumb.stream.topLevelProperty == nil)
  }
}

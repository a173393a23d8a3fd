/// One client's connection: reads requests, lets the gateway answer them, and sends the answers.
struct ServerConnection: Sendable {
  let socket: Socket
  let number: Int
  let gateway: Gateway
  let stop: StopSignal

  private enum End: Equatable {
    /// The peer has gone, or has all it is to get.
    case close
    /// The peer may still be sending: let it read the answer first.
    case closeGently
    case reset
  }

  /// Serves until one side has had enough, and closes the socket.
  func run() {
    let end: End
    do {
      end = try serve()
    } catch {
      end = .close
    }
    switch end {
    case .close: socket.close()
    case .closeGently: socket.closeGently(until: stop)
    case .reset: socket.reset()
    }
    gateway.log.connectionClosed()
  }

  private func serve() throws(SandboxError) -> End {
    var parser = RequestParser(limits: gateway.options.limits)
    while true {
      let step: RequestParser.Step
      do throws(MalformedRequest) {
        step = try parser.next()
      } catch {
        let answer = gateway.answer(error)
        try send(ResponseWriter.bytes(of: answer, to: "", keepsConnection: false))
        return .closeGently
      }
      switch step {
      case .needsMore:
        var bytes: [UInt8] = []
        let arrival = try socket.receive(into: &bytes, within: gateway.options.idleSeconds, until: stop)
        guard arrival == .bytes else { return .close }
        parser.append(bytes)
      case .sendContinue: try send(ResponseWriter.goOn)
      case .request(let request):
        let delivery = gateway.answer(request, connection: number, until: stop)
        if let end = try deliver(delivery, to: request) { return end }
      }
    }
  }

  /// Sends an answer; nil when the connection goes on.
  private func deliver(_ delivery: Delivery, to request: HTTPRequest) throws(SandboxError) -> End? {
    if delivery.ending == .reset { return .reset }
    if delivery.ending == .close { return .close }
    let keepsConnection = request.keepsConnection && !stop.isRaised
    let bytes = ResponseWriter.bytes(
      of: delivery.response, to: request.method, keepsConnection: keepsConnection)
    let body = min(delivery.response.body.count, bytes.count)
    if delivery.ending == .half {
      try send(bytes.prefix(bytes.count - max(1, body / 2)), pausing: delivery.secondsPerKilobyte, body: body)
      return .close
    }
    try send(bytes[...], pausing: delivery.secondsPerKilobyte, body: body)
    return keepsConnection ? nil : .closeGently
  }

  private func send(_ bytes: [UInt8]) throws(SandboxError) { try socket.send(bytes[...], until: stop) }

  /// Sends at once, or with a pause before every 1,000 bytes of the body.
  private func send(
    _ bytes: ArraySlice<UInt8>, pausing seconds: Double?, body: Int
  ) throws(SandboxError) {
    guard let seconds else { return try socket.send(bytes, until: stop) }
    try socket.send(bytes.dropLast(body), until: stop)
    var rest = bytes.suffix(body)
    while !rest.isEmpty {
      stop.sleep(seconds)
      try socket.send(rest.prefix(1000), until: stop)
      rest = rest.dropFirst(1000)
    }
  }
}

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How a `CurlTransport` behaves.
public struct CurlOptions: Sendable {
  /// Who we are, for the server's logs.
  public var userAgent: String
  /// How many connections to one host may be open.
  public var maxConnections: Int
  /// Whether to speak HTTP/2 where the server does, with many requests on one connection.
  public var http2: Bool
  /// The largest response accepted, in bytes after decompression.
  public var maximumBodySize: Int
  /// How many redirects one request follows.
  public var maximumRedirects: Int
  /// A file of certificate authorities to trust instead of the system's.
  public var certificateFile: String?

  /// Creates options; the certificate file comes from `SSL_CERT_FILE` as in curl and OpenSSL.
  public init(
    userAgent: String, maxConnections: Int = 8, http2: Bool = true, maximumBodySize: Int = 1 << 30,
    maximumRedirects: Int = 5, certificateFile: String? = CurlOptions.environmentCertificateFile
  ) {
    self.userAgent = userAgent
    self.maxConnections = maxConnections
    self.http2 = http2
    self.maximumBodySize = maximumBodySize
    self.maximumRedirects = maximumRedirects
    self.certificateFile = certificateFile
  }

  /// The file named by `SSL_CERT_FILE`, if any.
  public static var environmentCertificateFile: String? {
    // Safety: nothing here changes the environment; the text is copied at once.
    guard let path = unsafe getenv("SSL_CERT_FILE"), unsafe path.pointee != 0 else { return nil }
    return unsafe String(cString: path)
  }
}

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Timestamp {
  /// The wall clock.
  public static func now() -> Timestamp {
    var time = timespec()
    // Safety: `clock_gettime` only fills the struct it is given.
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * second + Int64(time.tv_nsec) / 1000)
  }
}

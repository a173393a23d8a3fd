/* Swift cannot call C functions with variable arguments, and a wrong argument type would corrupt the stack.
   So each kind of option value gets a setter and each kind of answer a getter of its own. */
#include <curl/curl.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Keeps freed response buffers for the next response. By default glibc maps and unmaps every buffer above
   128 KiB, and much of the time goes into page faults; each arena would keep buffers of its own. */
static inline void ccurl_keep_freed_buffers(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  mallopt(M_ARENA_MAX, 4);
#endif
}

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_write_callback(CURL *easy, CURLoption option, curl_write_callback value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_read_callback(CURL *easy, CURLoption option, curl_read_callback value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_seek_callback(CURL *easy, CURLoption option, curl_seek_callback value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value) {
  return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode ccurl_get_pointer(CURL *easy, CURLINFO info, void **value) {
  return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

/* Newer libcurls want names, older ones know only bits. */
static inline CURLcode ccurl_allow_only(CURL *easy, const char *scheme, long bit) {
#if LIBCURL_VERSION_NUM >= 0x075500
  (void)bit;
  return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, scheme);
#else
  (void)scheme;
  return curl_easy_setopt(easy, CURLOPT_PROTOCOLS, bit);
#endif
}

static inline const char *ccurl_url_problem(CURLUcode code) {
#if LIBCURL_VERSION_NUM >= 0x075000
  return curl_url_strerror(code);
#else
  (void)code;
  return "malformed URL";
#endif
}

/* Macros whose casts Swift cannot read. */
static const long ccurl_auth_basic = (long)CURLAUTH_BASIC;
static const long ccurl_auth_bearer = (long)CURLAUTH_BEARER;

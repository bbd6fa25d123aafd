// libcurl for Swift, which does not import variadic functions: one typed wrapper for each kind of option, and the two
// callbacks of an upload.
#ifndef ROOST_CCURL_SHIM_H
#define ROOST_CCURL_SHIM_H

#include <curl/curl.h>
#include <string.h>

static inline CURLcode roost_curl_set_long(CURL *curl, CURLoption option, long value) {
    return curl_easy_setopt(curl, option, value);
}

// libcurl copies the text.
static inline CURLcode roost_curl_set_text(CURL *curl, CURLoption option, const char *text) {
    return curl_easy_setopt(curl, option, text);
}

// The list must outlive the transfer.
static inline CURLcode roost_curl_set_list(CURL *curl, CURLoption option, struct curl_slist *list) {
    return curl_easy_setopt(curl, option, list);
}

// Certificates in PEM, copied.
static inline CURLcode roost_curl_set_authorities(CURL *curl, const void *pem, size_t length) {
    struct curl_blob blob = {(void *)pem, length, CURL_BLOB_COPY};
    return curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob);
}

// What one exchange sends and what it hears.
struct roost_exchange {
    const char *bytes;
    size_t length;
    size_t sent;
    // The server's latest refusal, nothing once it agrees again.
    char refusal[512];
};

static size_t roost_exchange_read(char *to, size_t size, size_t count, void *context) {
    struct roost_exchange *exchange = (struct roost_exchange *)context;
    size_t room = size * count, rest = exchange->length - exchange->sent;
    size_t taken = rest < room ? rest : room;
    memcpy(to, exchange->bytes + exchange->sent, taken);
    exchange->sent += taken;
    return taken;
}

// Every line of the server comes as a header: `550 5.1.1 No such mailbox`.
static size_t roost_exchange_hear(char *line, size_t size, size_t count, void *context) {
    struct roost_exchange *exchange = (struct roost_exchange *)context;
    size_t length = size * count;
    if (length >= 3 && (line[0] == '4' || line[0] == '5')) {
        size_t kept = length < sizeof exchange->refusal - 1 ? length : sizeof exchange->refusal - 1;
        memcpy(exchange->refusal, line, kept);
        exchange->refusal[kept] = 0;
    } else if (length >= 3 && (line[0] == '2' || line[0] == '3') && strncmp(line, "221", 3) != 0) {
        // 221 answers our good-bye, also after a refusal.
        exchange->refusal[0] = 0;
    }
    return length;
}

static size_t roost_exchange_ignore(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes;
    (void)context;
    return size * count;
}

// The exchange must outlive the transfer.
static inline CURLcode roost_curl_set_exchange(CURL *curl, struct roost_exchange *exchange) {
    CURLcode result = curl_easy_setopt(curl, CURLOPT_READFUNCTION, roost_exchange_read);
    if (result == CURLE_OK) result = curl_easy_setopt(curl, CURLOPT_READDATA, exchange);
    if (result == CURLE_OK) result = curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, roost_exchange_hear);
    if (result == CURLE_OK) result = curl_easy_setopt(curl, CURLOPT_HEADERDATA, exchange);
    if (result == CURLE_OK) result = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, roost_exchange_ignore);
    return result;
}

#endif

#include "cre2.h"

#include <re2/re2.h>

#include <new>
#include <string>

struct cre2_expression {
    RE2 re;
    // Kept because RE2 gives its error by reference, or by value, as the version may be.
    std::string error;

    cre2_expression(re2::StringPiece pattern, const RE2::Options &options) : re(pattern, options) {
        if (!re.ok()) error = re.error();
    }
};

extern "C" cre2_expression *cre2_create(const char *pattern, size_t length) {
    RE2::Options options;
    options.set_log_errors(false);
    try {
        return new cre2_expression(re2::StringPiece(pattern, length), options);
    } catch (...) {
        return nullptr;
    }
}

extern "C" void cre2_free(cre2_expression *expression) { delete expression; }

extern "C" const char *cre2_error(const cre2_expression *expression) {
    return expression->re.ok() ? nullptr : expression->error.c_str();
}

extern "C" bool cre2_has_group(const cre2_expression *expression) {
    return expression->re.NumberOfCapturingGroups() > 0;
}

static cre2_range range(const re2::StringPiece &part, const char *text) {
    if (part.data() == nullptr) return {-1, -1};
    return {part.data() - text, part.data() - text + static_cast<ptrdiff_t>(part.size())};
}

extern "C" bool cre2_match(
    const cre2_expression *expression, const char *text, size_t length, size_t offset, cre2_range *match,
    cre2_range *group) {
    re2::StringPiece parts[2];
    try {
        if (!expression->re.Match(
                re2::StringPiece(text, length), offset, length, RE2::UNANCHORED, parts,
                cre2_has_group(expression) ? 2 : 1)) {
            return false;
        }
    } catch (...) {
        return false;
    }
    *match = range(parts[0], text);
    *group = range(parts[1], text);
    return true;
}

extern "C" bool cre2_contains(const cre2_expression *expression, const char *text, size_t length) {
    try {
        return expression->re.Match(re2::StringPiece(text, length), 0, length, RE2::UNANCHORED, nullptr, 0);
    } catch (...) {
        return false;
    }
}

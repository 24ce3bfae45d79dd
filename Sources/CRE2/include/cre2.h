#pragma once

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// What Swift uses of RE2 (https://github.com/google/re2), which is C++.

// A compiled regular expression.
typedef struct cre2_expression cre2_expression;

// Compiles an expression in UTF-8; NULL where memory ran out. It is to be freed even if it has an error.
cre2_expression *cre2_create(const char *pattern, size_t length);
void cre2_free(cre2_expression *expression);

// What is wrong with the expression; NULL where it can be used. It lives as long as the expression.
const char *cre2_error(const cre2_expression *expression);

// Part of a text; start is -1 where there is none.
typedef struct {
    ptrdiff_t start;
    ptrdiff_t end;
} cre2_range;

// Looks for a match at or after an offset of a text in UTF-8: finds the match, and what its first group holds.
bool cre2_match(
    const cre2_expression *expression, const char *text, size_t length, size_t offset, cre2_range *match,
    cre2_range *group);

// Whether there is a match somewhere in a text in UTF-8.
bool cre2_contains(const cre2_expression *expression, const char *text, size_t length);

// Whether the expression has a group.
bool cre2_has_group(const cre2_expression *expression);

#ifdef __cplusplus
}
#endif

#pragma once

// Debian's libxml2 is built with ICU, and its encoding.h then includes ICU's headers, which clash with the copy of
// ICU inside Foundation wherever a program imports both. Only two members at the end of xmlCharEncodingHandler depend
// on it, which is reached by pointer alone and never from Swift.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED

#include <libxml/HTMLparser.h>
#include <libxml/HTMLtree.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

// The type of an error handler differs between versions; this one keeps errors from being printed.
#if LIBXML_VERSION >= 21200
static void clibxml2_ignore_error(void *context, const xmlError *error) {
#else
static void clibxml2_ignore_error(void *context, xmlErrorPtr error) {
#endif
    (void)context;
    (void)error;
}

static void clibxml2_ignore_message(void *context, const char *message, ...) {
    (void)context;
    (void)message;
}

// Errors are left in context->lastError, and nothing is printed: not by the handler of the thread either, which is what an
// expression reports to that meets its limit of operations while it is evaluated as a pattern (xmlXPathRunStreamEval).
static inline void clibxml2_xpath_silence(xmlXPathContextPtr context) {
    context->error = clibxml2_ignore_error;
    xmlSetGenericErrorFunc(NULL, clibxml2_ignore_message);
}

// The encoding that a parser is to be told of when it is used again. Older versions read UTF-8 unless told otherwise; from
// 2.14 on it is windows-1252 unless the page declares another.
static inline const char *clibxml2_reset_encoding(void) {
#if LIBXML_VERSION >= 21400
    return "UTF-8";
#else
    return NULL;
#endif
}

// What is open in a parser. Newer versions deprecate looking at it and offer nothing else.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static inline int clibxml2_open_name_count(htmlParserCtxtPtr parser) { return parser->nameNr; }
static inline const xmlChar *clibxml2_open_name(htmlParserCtxtPtr parser, int index) { return parser->nameTab[index]; }
static inline int clibxml2_open_node_count(htmlParserCtxtPtr parser) { return parser->nodeNr; }
#pragma GCC diagnostic pop

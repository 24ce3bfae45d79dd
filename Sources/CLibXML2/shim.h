#pragma once

// Debian's libxml2 is built with ICU, and its encoding.h then includes ICU's headers, which clash with the copy of
// ICU inside Foundation wherever a program imports both. Only two members at the end of xmlCharEncodingHandler depend
// on it, which is reached by pointer alone and never from Swift.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>

#pragma once

#include <stdint.h>

// What Glibc's Swift module does not show.

// EPOLL_EVENTS is an enum there, of which EPOLLOUT, EPOLLERR and EPOLLHUP are not visible.
extern const uint32_t clinux_epollin;
extern const uint32_t clinux_epollout;
extern const uint32_t clinux_epollerr;
extern const uint32_t clinux_epollhup;

// pthread_setname_np is a GNU extension. Cuts the name to the kernel's 15 bytes; applies to the caller.
void clinux_set_thread_name(const char *name);

// The columns of the terminal behind a descriptor; 0 where it is none (ioctl is variadic).
int clinux_terminal_columns(int descriptor);

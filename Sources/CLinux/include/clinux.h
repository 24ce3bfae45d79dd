#pragma once

#include <stdint.h>
#include <sys/types.h>

// Glibc's Swift module leaves these headers out; what they declare is seen through this module.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

// What Glibc's Swift module does not show.

// EPOLL_EVENTS is an enum there, of which EPOLLOUT, EPOLLERR and EPOLLHUP are not visible.
extern const uint32_t clinux_epollin;
extern const uint32_t clinux_epollout;
extern const uint32_t clinux_epollerr;
extern const uint32_t clinux_epollhup;

// pthread_setname_np is a GNU extension. Cuts the name to the kernel's 15 bytes; applies to the caller.
void clinux_set_thread_name(const char *name);

// The columns and rows of the terminal behind a descriptor; 0 where it is none (ioctl is variadic).
void clinux_terminal_size(int descriptor, int *columns, int *rows);

// Takes a waiting connection, non-blocking and closed on exec, in one call (accept4 is a GNU extension).
// -1 and errno where there is none.
int clinux_accept(int listener);

// How long ago data came in on a TCP connection, in milliseconds, as exactly as the kernel's ticks are (TCP_INFO, tcp(7));
// -1 where that is not known.
int64_t clinux_since_received(int socket);

// Starts a program without a shell, with these standard streams and no other descriptor, in a process group of its own, and with the
// signals as they are by default, whatever this process does with them. A name without a slash is looked for in $PATH.
// 0, or an error number.
int clinux_spawn(char *const arguments[], int input, int output, pid_t *pid);

// Makes a pipe whose ends are closed on exec: {read, write}. -1 and errno where there is none.
int clinux_pipe(int ends[2]);

// A name that is looked up while the caller goes on (getaddrinfo_a(3), a GNU extension).
typedef struct clinux_lookup clinux_lookup;

// Begins to look up a name; null where there is no memory or no thread for it.
clinux_lookup *clinux_lookup_begin(const char *name);

// What it has come to: 0 or an EAI_ code of getaddrinfo(3); EAI_INPROGRESS, which Glibc's Swift module does not show either, is
// clinux_lookup_going_on.
int clinux_lookup_result(const clinux_lookup *lookup);
extern const int clinux_lookup_going_on;

// Frees it. One that goes on and cannot be cancelled is left to the C library, which writes to it later.
void clinux_lookup_end(clinux_lookup *lookup);

// The arguments that the program was started with. Swift reads its own from /proc, which is not mounted everywhere.
int clinux_argument_count(void);
const char *clinux_argument(int index);

// The address of a connection's other end as text, without its port; an empty text where it has none.
void clinux_peer_address(int socket, char *text, int size);

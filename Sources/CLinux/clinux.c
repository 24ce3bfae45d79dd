#define _GNU_SOURCE
#include "clinux.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

const uint32_t clinux_epollin = EPOLLIN;
const uint32_t clinux_epollout = EPOLLOUT;
const uint32_t clinux_epollerr = EPOLLERR;
const uint32_t clinux_epollhup = EPOLLHUP;

void clinux_set_thread_name(const char *name) {
    char cut[16];
    snprintf(cut, sizeof cut, "%s", name);
    pthread_setname_np(pthread_self(), cut);
}

void clinux_terminal_size(int descriptor, int *columns, int *rows) {
    struct winsize size;
    *columns = *rows = 0;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) return;
    *columns = size.ws_col;
    *rows = size.ws_row;
}

int clinux_accept(int listener) {
    return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int64_t clinux_since_received(int socket) {
    struct tcp_info info;
    socklen_t length = sizeof info;
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return -1;
    if (length < offsetof(struct tcp_info, tcpi_last_data_recv) + sizeof info.tcpi_last_data_recv) return -1;
    return info.tcpi_last_data_recv;
}

int clinux_spawn(char *const arguments[], int input, int output, pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&actions);
    if (code != 0) return code;
    code = posix_spawnattr_init(&attributes);
    if (code != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return code;
    }
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    if ((code = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)) == 0
        && (code = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)) == 0
        && (code = posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)) == 0
        && (code = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)) == 0)
        code = posix_spawnp(pid, arguments[0], &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

int clinux_pipe(int ends[2]) {
    return pipe2(ends, O_CLOEXEC);
}

struct clinux_lookup {
    struct gaicb request;
    struct addrinfo hints;
};

const int clinux_lookup_going_on = EAI_INPROGRESS;

clinux_lookup *clinux_lookup_begin(const char *name) {
    clinux_lookup *lookup = calloc(1, sizeof *lookup);
    if (!lookup) return NULL;
    lookup->hints.ai_socktype = SOCK_STREAM;
    lookup->request.ar_request = &lookup->hints;
    lookup->request.ar_name = strdup(name);
    struct gaicb *list[] = {&lookup->request};
    if (!lookup->request.ar_name || getaddrinfo_a(GAI_NOWAIT, list, 1, NULL) != 0) {
        free((char *)lookup->request.ar_name);
        free(lookup);
        return NULL;
    }
    return lookup;
}

int clinux_lookup_result(const clinux_lookup *lookup) {
    return gai_error((struct gaicb *)&lookup->request);
}

void clinux_lookup_end(clinux_lookup *lookup) {
    if (gai_error(&lookup->request) == EAI_INPROGRESS && gai_cancel(&lookup->request) == EAI_NOTCANCELED) return;
    if (lookup->request.ar_result) freeaddrinfo(lookup->request.ar_result);
    free((char *)lookup->request.ar_name);
    free(lookup);
}

void clinux_peer_address(int socket, char *text, int size) {
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    text[0] = 0;
    if (getpeername(socket, (struct sockaddr *)&name, &length) != 0) return;
    const void *address = name.ss_family == AF_INET6 ? (const void *)&((struct sockaddr_in6 *)&name)->sin6_addr
                                                     : (const void *)&((struct sockaddr_in *)&name)->sin_addr;
    if (!inet_ntop(name.ss_family, address, text, (socklen_t)size)) text[0] = 0;
}

static int argument_count;
static char **arguments;

// The C library hands the program's arguments to constructors, too.
__attribute__((constructor)) static void keep_arguments(int count, char **values, char **environment) {
    (void)environment;
    argument_count = count;
    arguments = values;
}

int clinux_argument_count(void) { return argument_count; }

const char *clinux_argument(int index) { return arguments[index]; }

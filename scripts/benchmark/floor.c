/*
 * The floor: what a native loop needs that makes the system calls of one association and nothing else.
 *
 *     floor PORT REQUEST CONTEXT PDU FILE...
 *
 * REQUEST is a file that holds the A-ASSOCIATE-RQ as bytes, CONTEXT the presentation context ID that it proposes for
 * the files and that is taken to be accepted, PDU the maximum length the peer has announced. The files are Part 10
 * files whose meta header begins with its group length; nothing is checked that could not be checked for nothing.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOK = 16384, COMMAND_AREA = 512, BATCH = 524288, HEAD = 12 };

static int peer;
static int quick_ack = 1;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void put16(uint8_t *at, unsigned value) { at[0] = value & 255, at[1] = value >> 8 & 255; }
static void put32(uint8_t *at, uint32_t value) { put16(at, value & 65535), put16(at + 2, value >> 16); }
static uint32_t get32(const uint8_t *at) { return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24; }

static void write_all(const uint8_t *from, size_t length) {
    while (length > 0) {
        ssize_t wrote = write(peer, from, length);
        if (wrote <= 0) fail("write");
        from += wrote, length -= wrote;
    }
}

/* Reads one PDU, whatever it is. */
static void read_pdu(void) {
    static uint8_t buffer[65536];
    size_t held = 0, wanted = 6;
    while (held < wanted) {
        setsockopt(peer, IPPROTO_TCP, TCP_QUICKACK, &quick_ack, sizeof quick_ack);
        ssize_t got = read(peer, buffer + held, sizeof buffer - held);
        if (got <= 0) fail("read");
        held += got;
        if (held >= 6) wanted = 6 + (buffer[2] << 24 | buffer[3] << 16 | buffer[4] << 8 | buffer[5]);
    }
}

static void put_head(uint8_t *at, uint32_t length, int context, int control) {
    uint32_t pdu = htonl(length + 6), pdv = htonl(length + 2);
    at[0] = 4, at[1] = 0;
    memcpy(at + 2, &pdu, 4), memcpy(at + 6, &pdv, 4);
    at[10] = context, at[11] = control;
}

static size_t put_element(uint8_t *at, unsigned element, const void *value, size_t length) {
    put16(at, 0), put16(at + 2, element), put32(at + 4, length);
    memcpy(at + 8, value, length);
    return 8 + length;
}

static size_t put_number(uint8_t *at, unsigned element, unsigned number) {
    uint8_t value[2];
    put16(value, number);
    return put_element(at, element, value, 2);
}

/* A C-STORE-RQ, PS3.7 9.3.1.1; answers its length. */
static size_t put_command(uint8_t *at, unsigned message, const uint8_t *class, size_t class_length,
                          const uint8_t *instance, size_t instance_length) {
    uint8_t *end = at + 12, length[4];
    end += put_element(end, 0x0002, class, class_length);
    end += put_number(end, 0x0100, 1);
    end += put_number(end, 0x0110, message);
    end += put_number(end, 0x0700, 0);
    end += put_number(end, 0x0800, 1);
    end += put_element(end, 0x1000, instance, instance_length);
    put32(length, end - at - 12);
    put_element(at, 0, length, 4);
    return end - at;
}

static void send_file(const char *path, unsigned message, int context, size_t fragment, uint8_t *buffer) {
    static uint8_t look[LOOK];
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0) fail(path);
    ssize_t seen = read(file, look, LOOK);
    if (seen < 400) fail(path);
    size_t offset = 144 + get32(look + 140);
    const uint8_t *uids[2] = {0};
    size_t lengths[2] = {0};
    for (size_t at = 144; at < offset;) {
        int is_long = look[at + 4] == 'O';
        size_t length = is_long ? get32(look + at + 8) : look[at + 6] | look[at + 7] << 8;
        unsigned element = look[at + 2] | look[at + 3] << 8;
        at += is_long ? 12 : 8;
        if (element == 2 || element == 3) uids[element - 2] = look + at, lengths[element - 2] = length;
        at += length;
    }
    if (lseek(file, offset, SEEK_SET) < 0) fail("lseek");
    uint8_t command[COMMAND_AREA];
    size_t command_length = put_command(command, message, uids[0], lengths[0], uids[1], lengths[1]);
    uint8_t *start = buffer + COMMAND_AREA - HEAD - command_length, *end = buffer + COMMAND_AREA;
    put_head(start, command_length, context, 3);
    memcpy(start + HEAD, command, command_length);
    for (size_t left = status.st_size - offset; left > 0;) {
        size_t length = left < fragment ? left : fragment;
        if (read(file, end + HEAD, length) != (ssize_t)length) fail("read");
        left -= length;
        put_head(end, length, context, left == 0 ? 2 : 0);
        end += HEAD + length;
        if (left > 0 && end + HEAD + fragment <= buffer + COMMAND_AREA + BATCH) continue;
        write_all(start, end - start);
        start = end = buffer + COMMAND_AREA;
    }
    close(file);
    read_pdu();
}

int main(int count, char **values) {
    if (count < 6) return fprintf(stderr, "usage: floor PORT REQUEST CONTEXT PDU FILE...\n"), 2;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(values[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    peer = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(peer, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    int on = 1;
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

    static uint8_t request[1 << 20];
    int file = open(values[2], O_RDONLY);
    ssize_t request_length = read(file, request, sizeof request);
    if (request_length <= 0) fail(values[2]);
    write_all(request, request_length);
    read_pdu();

    size_t fragment = (atoi(values[4]) - HEAD) & ~1;
    uint8_t *buffer = malloc(COMMAND_AREA + BATCH + HEAD + fragment);
    for (int index = 5; index < count; index++) {
        send_file(values[index], (index - 5) % 65535 + 1, atoi(values[3]), fragment, buffer);
    }
    static const uint8_t release[10] = {5, 0, 0, 0, 0, 4};
    write_all(release, sizeof release);
    read_pdu();
    return 0;
}

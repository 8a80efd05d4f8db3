/*
 * hugemap-probe: asks the running kernel where mmap() puts mappings, and writes one JSON line a case.
 *
 *     gcc -std=c11 -O2 -Wall -Wextra -Werror -o hugemap-probe hugemap-probe.c
 *     ./hugemap-probe > my.jsonl
 *
 * Every case runs in a fresh process with a stack limit and a personality of its own: it lays out obstacles, reads its
 * own VMAs, calls mmap() once and says what came back. Nothing is ever read from or written to what was mapped, and no
 * root is needed. With --vfio BDF it also maps the BARs of a device that is bound to vfio-pci, READS every page of
 * them, and counts the faults. The fields of a line are described in docs/captures.md. Only 64-bit Linux.
 *
 * Part of Hugemap, MIT licence.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

/* Older C libraries lack these; the numbers are the kernel's own. */
#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MAP_SHARED_VALIDATE
#define MAP_SHARED_VALIDATE 0x03
#endif
#ifndef MAP_SYNC
#define MAP_SYNC 0x080000
#endif

#define KIB 1024ULL
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define TIB (1024 * GIB)
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))
#define ANYWHERE ((uint64_t)-1)

/* How a case's process ends. The parent counts them and says on stderr what was left out. */
enum { DONE = 0, FAILED = 1, NO_PERSONALITY, NO_RLIMIT, UNCLEAR_ENOMEM, ON_ITSELF, NOT_BUILT, NO_EXEC, ENDS };
static const char *const end_words[ENDS] = {
    [FAILED] = "the case failed; its message is above",
    [NO_PERSONALITY] = "personality() is refused here",
    [NO_RLIMIT] = "the hard limit of RLIMIT_STACK is too low",
    [UNCLEAR_ENOMEM] = "ENOMEM may come from overcommit mode 2, RLIMIT_AS or RLIMIT_DATA",
    [ON_ITSELF] = "MAP_FIXED would have hit the probe itself",
    [NOT_BUILT] = "this architecture or machine has no such case",
    [NO_EXEC] = "the probe could not start itself again",
};

static void fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
static void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("hugemap-probe: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(FAILED);
}

/* ---- Output: a line is built in one static buffer, so that printing never changes the address space ---- */

static char line[4 * MIB];
static size_t line_length;

static void put(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void put(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line + line_length, sizeof line - line_length, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof line - line_length)
        fail("a line is longer than %zu bytes", sizeof line);
    line_length += (size_t)n;
}

/* A JSON string of what is printable and needs no escape. */
static void put_string(const char *words)
{
    put("\"");
    for (; *words != '\0'; words++)
        put("%c", *words >= ' ' && *words <= '~' && *words != '"' && *words != '\\' ? *words : '?');
    put("\"");
}

static void write_line(void)
{
    put("\n");
    for (size_t done = 0; done < line_length;) {
        ssize_t n = write(STDOUT_FILENO, line + done, line_length - done);
        if (n < 0 && errno != EINTR)
            fail("cannot write: %s", strerror(errno));
        done += n > 0 ? (size_t)n : 0;
    }
    line_length = 0;
}

/* ---- Files ---- */

static char text[4 * MIB];

/* Reads a whole file into `text`; false where it cannot be read. */
static bool slurp(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t length = 0;
    ssize_t n = -1;
    while (fd >= 0 && length + 1 < sizeof text && (n = read(fd, text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)n;
    if (fd >= 0)
        close(fd);
    text[length] = '\0';
    return n == 0;
}

/* The number behind `key` in a file of "Key:  number" lines, or 0. */
static uint64_t number_in(const char *path, const char *key)
{
    const char *at = slurp(path) ? strstr(text, key) : NULL;
    return at == NULL ? 0 : strtoull(at + strlen(key), NULL, 0);
}

/* The word in [brackets] of a sysfs choice such as "always [madvise] never"; "?" where there is none. */
static void put_choice(const char *key, const char *path)
{
    char word[32] = "?";
    const char *choice = slurp(path) ? strchr(text, '[') : NULL;
    if (choice != NULL)
        sscanf(choice, "[%31[a-z_]]", word);
    put("\"%s\":\"%s\",", key, word);
}

/* ---- Random numbers: splitmix64, so that a seed means the same everywhere ---- */

static uint64_t state;

static uint64_t any(void)
{
    uint64_t x = state += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

static uint64_t below(uint64_t limit) { return any() % limit; }
/* Gives one of a list. At most one below() in it, as C leaves their order open. */
static uint64_t one_of(const uint64_t *list, size_t count) { return list[below(count)]; }
#define PICK(...) one_of((const uint64_t[]){__VA_ARGS__}, COUNT(((const uint64_t[]){__VA_ARGS__})))

/* ---- The machine and this process ---- */

static uint64_t page, pmd, guard;
static const char *arch, *variant = "host";
static struct utsname machine;
static int va_bits;

struct vma {
    uint64_t start, end;
    char perms[5];
    bool growsdown;
    char name[64];
};
static struct vma vmas[4096], own[512]; /* now; before any obstacle */
static size_t vma_count, own_count;

static struct {
    uint64_t stack_limit, first_page, mmap_base, start_stack, start_brk;
    bool legacy, randomize;
} layout;

static uint64_t up(uint64_t x, uint64_t unit) { return (x + unit - 1) / unit * unit; }
static uint64_t down(uint64_t x, uint64_t unit) { return x / unit * unit; }

static void know_machine(void)
{
    uname(&machine);
    arch = strcmp(machine.machine, "aarch64") == 0 ? "arm64" : machine.machine;
    page = (uint64_t)sysconf(_SC_PAGESIZE);
    pmd = strcmp(arch, "s390x") == 0 ? MIB : strncmp(arch, "ppc", 3) == 0 ? 2 * MIB : page * page / 8;
    guard = 256 * page; /* stack_guard_gap */
}

/* The system call itself: a C library's mmap() has checks of its own. */
static uint64_t map(uint64_t hint, uint64_t length, int prot, int flags, int fd, uint64_t offset)
{
    return (uint64_t)syscall(SYS_mmap, hint, length, prot, flags, fd, offset);
}

static void read_vmas(void)
{
    if (!slurp("/proc/self/smaps"))
        fail("cannot read /proc/self/smaps: %s", strerror(errno));
    vma_count = 0;
    bool gate = false; /* x86 shows its gate page [vsyscall], which is no VMA of the process */
    char *rest = text, *row;
    while ((row = strsep(&rest, "\n")) != NULL) {
        struct vma v = {0};
        int at = 0;
        if (sscanf(row, "%lx-%lx %4s %*s %*s %*s %n", &v.start, &v.end, v.perms, &at) == 3) {
            if (vma_count == COUNT(vmas))
                fail("more than %zu mappings", COUNT(vmas));
            const char *name = at > 0 ? row + at : "";
            /* Paths are cut to their last part: a capture need not tell where files lie. */
            snprintf(v.name, sizeof v.name, "%.60s", name[0] == '/' ? strrchr(name, '/') + 1 : name);
            gate = strcmp(v.name, "[vsyscall]") == 0;
            if (!gate)
                vmas[vma_count++] = v;
        } else if (!gate && vma_count > 0 && strncmp(row, "VmFlags:", 8) == 0)
            vmas[vma_count - 1].growsdown = strstr(row, " gd") != NULL;
    }
}

/*
 * The widest user address that a hint can open, as a number of bits: 48 or 57 on x86-64, where half of the space is
 * the kernel's; 39, 42, 47, 48 or 52 on arm64.
 */
static int measure_va_bits(void)
{
    bool half = strcmp(arch, "x86_64") == 0 || strcmp(arch, "riscv64") == 0;
    for (int bits = 57; bits > 30; bits--) {
        uint64_t hint = (1ULL << bits) - 4 * page;
        uint64_t at = map(hint, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (at != ANYWHERE)
            munmap((void *)at, page);
        if (at == hint)
            return bits + half;
    }
    return 0;
}

/* Measures where searches begin and which way they go, in the still untouched process. */
static void measure_layout(void)
{
    struct rlimit stack;
    getrlimit(RLIMIT_STACK, &stack);
    layout.stack_limit = stack.rlim_cur == RLIM_INFINITY ? ANYWHERE : stack.rlim_cur;
    layout.randomize = !((unsigned)personality(0xffffffff) & ADDR_NO_RANDOMIZE) &&
                       number_in("/proc/sys/kernel/randomize_va_space", "") != 0;
    const char *field = slurp("/proc/self/stat") ? strrchr(text, ')') : NULL;
    for (int i = 3; field != NULL && i <= 47; i++) {
        field = strchr(field + 1, ' ');
        if (field != NULL && i == 28)
            layout.start_stack = strtoull(field, NULL, 10);
        if (field != NULL && i == 47)
            layout.start_brk = strtoull(field, NULL, 10);
    }
    uint64_t first = map(0, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t second = map(0, page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (first == ANYWHERE || second == ANYWHERE)
        fail("cannot map one page: %s", strerror(errno));
    munmap((void *)first, page);
    munmap((void *)second, page);
    layout.first_page = first;
    layout.legacy = second > first;
    read_vmas();
    memcpy(own, vmas, sizeof own);
    own_count = vma_count < COUNT(own) ? vma_count : COUNT(own);
    /* What the kernel placed before us (vdso, ld.so) lies without a gap between mmap_base and the first free page. */
    layout.mmap_base = layout.legacy ? first : first + page;
    for (size_t i = 0; i < vma_count; i++) {
        const struct vma *v = layout.legacy ? &vmas[vma_count - 1 - i] : &vmas[i];
        if (layout.legacy ? v->end == layout.mmap_base : v->start == layout.mmap_base)
            layout.mmap_base = layout.legacy ? v->start : v->end;
    }
}

/* ---- What can be mapped ---- */

enum { ANON, ANON_SHARED, ANON_GROWSDOWN, ANON_HUGETLB, MEMFD, MEMFD_HUGETLB, TMPFS_NEVER, TMPFS_ALWAYS, EXT4,
       DEV_ZERO, VFIO, KINDS };
static struct kind {
    const char *name;
    int flags, fd;
    bool file, here;
} kinds[KINDS] = {
    [ANON] = {"anon", MAP_PRIVATE | MAP_ANONYMOUS, -1, false, true},
    [ANON_SHARED] = {"anon_shared", MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, false, true},
    [ANON_GROWSDOWN] = {"anon_growsdown",
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_GROWSDOWN | MAP_STACK, -1, false, true},
    [ANON_HUGETLB] = {"anon_hugetlb", MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_HUGETLB, -1, false, false},
    [MEMFD] = {"memfd", 0, -1, true, false},
    [MEMFD_HUGETLB] = {"memfd_hugetlb", MAP_NORESERVE, -1, true, false},
    [TMPFS_NEVER] = {"tmpfs_huge_never", 0, -1, true, false},
    [TMPFS_ALWAYS] = {"tmpfs_huge_always", 0, -1, true, false},
    [EXT4] = {"ext4", 0, -1, true, false},
    [DEV_ZERO] = {"dev_zero", MAP_NORESERVE, -1, true, false},
    [VFIO] = {"vfio", MAP_SHARED, -1, true, false},
};

static void offer(int kind, int fd)
{
    if (fd < 0 || kinds[kind].here)
        return;
    kinds[kind].fd = fd;
    kinds[kind].here = true;
}

/* A nameless file in `folder`, offered as what its mount is; other file systems are left out. */
static void offer_file_in(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    char path[64], key[32];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    uint64_t mount = fd < 0 ? 0 : number_in(path, "mnt_id:");
    snprintf(key, sizeof key, "\n%lu ", mount);
    char *row = mount != 0 && slurp("/proc/self/mountinfo") ? strstr(text, key) : NULL;
    if (row == NULL && mount != 0 && strncmp(text, key + 1, strlen(key + 1)) == 0)
        row = text;
    if (row == NULL)
        return;
    row += *row == '\n';
    row[strcspn(row, "\n")] = '\0';
    if (strstr(row, " - ext4 ") != NULL)
        offer(EXT4, fd);
    else if (strstr(row, " - tmpfs ") != NULL && (strstr(row, "huge=") == NULL || strstr(row, "huge=never")))
        offer(TMPFS_NEVER, fd);
    else if (strstr(row, " - tmpfs ") != NULL && strstr(row, "huge=always") != NULL)
        offer(TMPFS_ALWAYS, fd);
}

static void know_kinds(void)
{
    const char *folder = getenv("TMPDIR");
    /* Only huge pages of the PMD's size, which is what a replay takes the default to be. */
    kinds[ANON_HUGETLB].here = number_in("/proc/meminfo", "Hugepagesize:") * KIB == pmd;
    if (kinds[ANON_HUGETLB].here)
        offer(MEMFD_HUGETLB, memfd_create("probe", MFD_CLOEXEC | MFD_HUGETLB));
    offer(MEMFD, memfd_create("probe", MFD_CLOEXEC));
    offer_file_in(folder == NULL ? "/tmp" : folder);
    offer_file_in("/dev/shm");
    offer(DEV_ZERO, open("/dev/zero", O_RDWR | O_CLOEXEC));
}

/* ---- Requests ---- */

struct request {
    const struct kind *kind;
    uint64_t hint, length, offset;
    int prot, flags;
};

static struct request request_of(const struct kind *kind, uint64_t length, uint64_t offset)
{
    struct request r = {.kind = kind, .length = length, .offset = kind->file ? offset : 0, .flags = kind->flags};
    bool shared = !kind->file || below(2) == 0;
    if (kind->file)
        r.flags |= shared ? MAP_SHARED : MAP_PRIVATE;
    /* Private mappings are not writable: they would be charged against memory. */
    r.prot = kind == &kinds[ANON] || kind == &kinds[ANON_GROWSDOWN] ? PROT_NONE
             : shared ? PROT_READ | PROT_WRITE : PROT_READ;
    return r;
}

static const struct kind *some_kind(void)
{
    const struct kind *kind;
    do
        kind = &kinds[below(VFIO)];
    while (!kind->here);
    return kind;
}

static uint64_t some_length(void)
{
    return PICK(page, 2 * page, 16 * page, 256 * page, pmd / 2, pmd - page, pmd - 1, pmd, pmd + 1, pmd + page,
                2 * pmd - page, 2 * pmd, 3 * pmd, 5 * pmd, 8 * pmd + page, 32 * pmd, GIB - pmd, GIB - page, GIB,
                GIB + page, GIB + pmd, 2 * GIB, 2 * GIB + pmd, 3 * GIB, 8 * GIB);
}

static uint64_t some_offset(void)
{
    uint64_t far = below(4 * GIB);
    return PICK(0, 0, page, 2 * page, pmd / 2, pmd - page, pmd, pmd, pmd + page, 3 * pmd, GIB, GIB - page,
                down(far, page), down(far, pmd));
}

/* One after the other: C leaves the order of arguments open, and a seed must mean the same everywhere. */
static struct request some_request(void)
{
    const struct kind *kind = some_kind();
    uint64_t length = some_length(), offset = some_offset();
    return request_of(kind, length, offset);
}

/* An address that has to do with what is mapped, or with the ends of the space. Nothing in the first MiB. */
static uint64_t some_address(uint64_t length)
{
    const struct vma *v = &vmas[below(vma_count)];
    uint64_t size = up(length, page), near = layout.mmap_base, far = below(1ULL << (30 + below(17)));
    uint64_t power = 1ULL << (32 + below(32)), last = 1 + below(4 * KIB);
    uint64_t at = PICK(v->start, v->end, v->end + guard, v->start - size, v->start - size - page,
                       v->start - size - guard, v->start - size - guard + page, near - far, down(near - far, page),
                       down(near - far, page), down(near - far, pmd), down(near - far, GIB), near, near - size,
                       near + MIB, far, down(far, page), down(far, pmd), power, 0 - 2 * page, 0 - last);
    return at < MIB ? at + MIB : at;
}

static void put_vma(const struct vma *v)
{
    put("{\"start\":\"0x%lx\",\"end\":\"0x%lx\",\"flags\":\"%s\"", v->start, v->end, v->perms);
}

/* The part of a line that says where we are: kernel, settings, address space. */
static void put_machine(const char *id, const char *kind, uint64_t seed)
{
    put("{\"id\":\"%s\",\"kernel\":\"%s\",\"variant\":\"%s\",\"arch\":\"%s\",\"page_size\":%lu", id,
        machine.release, variant, arch, page);
    if (va_bits > 0)
        put(",\"va_bits\":%d", va_bits);
    put(",\"kind\":\"%s\",\"seed\":%lu,", kind, seed);
    put_choice("thp_enabled", "/sys/kernel/mm/transparent_hugepage/enabled");
    put_choice("shmem_enabled", "/sys/kernel/mm/transparent_hugepage/shmem_enabled");
    put("\"layout\":{\"rlimit_stack\":\"0x%lx\",\"legacy\":%s,\"randomize\":%s,", layout.stack_limit,
        layout.legacy ? "true" : "false", layout.randomize ? "true" : "false");
    put("\"probe_first_page\":\"0x%lx\",\"mmap_base\":\"0x%lx\",", layout.first_page,
        layout.mmap_base);
    put("\"start_stack\":\"0x%lx\",\"start_brk\":\"0x%lx\",\"vmas\":[", layout.start_stack,
        layout.start_brk);
    for (size_t i = 0; i < vma_count; i++) {
        put(i == 0 ? "" : ",");
        put_vma(&vmas[i]);
        put(",\"growsdown\":%s,\"name\":", vmas[i].growsdown ? "true" : "false");
        put_string(vmas[i].name);
        put("}");
    }
    put("]},");
}

static void put_flag_names(int flags)
{
    static const struct { int flag; const char *name; } names[] = {
        {MAP_FIXED, "MAP_FIXED"}, {MAP_FIXED_NOREPLACE, "MAP_FIXED_NOREPLACE"}, {MAP_ANONYMOUS, "MAP_ANONYMOUS"},
        {MAP_GROWSDOWN, "MAP_GROWSDOWN"}, {MAP_STACK, "MAP_STACK"}, {MAP_NORESERVE, "MAP_NORESERVE"},
        {MAP_HUGETLB, "MAP_HUGETLB"}, {MAP_SYNC, "MAP_SYNC"},
#ifdef MAP_32BIT
        {MAP_32BIT, "MAP_32BIT"},
#endif
    };
    static const char *const types[] = {"0", "MAP_SHARED", "MAP_PRIVATE", "MAP_SHARED_VALIDATE"};
    put("%s", types[flags & 3]);
    for (size_t i = 0; i < COUNT(names); i++)
        if ((flags & names[i].flag) != 0)
            put("|%s", names[i].name);
}

static const char *error_name(int error)
{
    static const struct { int error; const char *name; } names[] = {
        {EINVAL, "EINVAL"}, {ENOMEM, "ENOMEM"}, {EEXIST, "EEXIST"}, {EPERM, "EPERM"}, {EACCES, "EACCES"},
        {EOVERFLOW, "EOVERFLOW"}, {EOPNOTSUPP, "EOPNOTSUPP"}, {EAGAIN, "EAGAIN"}, {ENODEV, "ENODEV"},
        {ENOENT, "ENOENT"},
    };
    for (size_t i = 0; i < COUNT(names); i++)
        if (names[i].error == error)
            return names[i].name;
    return "?";
}

/* Makes the call and writes request and result; `bar` is more of the request, ready made. Gives the address. */
static uint64_t put_call(const struct request *r, const char *bar)
{
    put("\"request\":{\"hint\":\"0x%lx\",\"len\":\"0x%lx\",\"prot\":%d,\"flags\":%d,", r->hint,
        r->length, r->prot, r->flags);
    put("\"flag_names\":\"");
    put_flag_names(r->flags);
    put("\",\"fd\":\"%s\",\"offset\":\"0x%lx\"%s},", r->kind->name, r->offset, bar);
    uint64_t at = map(r->hint, r->length, r->prot, r->flags, r->kind->fd, r->offset);
    if (at == ANYWHERE) {
        int error = errno; /* the put() calls may change it */
        put("\"result\":{\"errno\":%d,\"errname\":\"%s\"}", error, error_name(error));
        errno = error;
        return at;
    }
    put("\"result\":{\"addr\":\"0x%lx\"", at);
    read_vmas();
    for (size_t i = 0; i < vma_count; i++)
        if (at >= vmas[i].start && at < vmas[i].end) {
            put(",\"vma_after\":");
            put_vma(&vmas[i]);
            put("}");
        }
    put("}");
    return at;
}

/* ---- Obstacles ---- */

static void obstacle(uint64_t start, uint64_t length, bool growsdown)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE | (growsdown ? MAP_GROWSDOWN : 0);
    uint64_t at = map(start, length, below(4) == 0 ? PROT_READ : PROT_NONE, flags, -1, 0);
    if (at != start && at != ANYWHERE) /* a kernel that does not know MAP_FIXED_NOREPLACE */
        munmap((void *)at, length);
}

/* Obstacles anywhere within about 2^22 to 2^40 bytes of where searches begin. */
static void scatter(void)
{
    for (uint64_t n = 1 + below(24); n > 0; n--) {
        uint64_t far = down(below(1ULL << (22 + below(19))), page), length = page << below(20);
        obstacle(layout.mmap_base + (layout.legacy ? far : 0 - far), length, below(6) == 0);
    }
}

/* A row of holes that just fit `length`, or just do not, from where searches begin; `grow`: guard gaps matter. */
static void holes(uint64_t length, bool grow)
{
    uint64_t size = up(length, page), at = layout.mmap_base;
    for (uint64_t n = 2 + below(10); n > 0; n--) {
        uint64_t hole = size + (grow ? PICK(0, page, guard - page, guard, guard + page, pmd, pmd + guard)
                                     : PICK(0, page, 2 * page, pmd - page, pmd, pmd + page, 2 * pmd, GIB));
        if (below(3) == 0)
            hole = hole > 2 * page ? hole - page : page;
        uint64_t wall = PICK(page, 2 * page, 8 * page, pmd, page * (1 + below(4096)));
        at = layout.legacy ? at + hole : at - hole - wall;
        obstacle(at, wall, grow && below(3) != 0);
        at += layout.legacy ? wall : 0;
    }
}

static void some_space(uint64_t length)
{
    switch (below(3)) {
    case 0: scatter(); break;
    case 1: holes(length, below(3) == 0); break;
    }
}

/* ---- Categories ---- */

enum category { GRID, EMPTY, RAND, HOLE, HINT, FIXED, NOREPLACE, GD, BIT32, ERR, LEGACY, RLIMIT, ASLR, HI, CATEGORIES };
static const char *const categories[CATEGORIES] = {"grid", "empty", "rand", "hole", "hint", "fixed", "noreplace", "gd",
                                                   "bit32", "err", "legacy", "rlimit", "aslr", "hi"};

static bool hits_own(uint64_t at, uint64_t length)
{
    for (size_t i = 0; i < own_count; i++)
        if (at < own[i].end && own[i].start < at + up(length, pmd) + pmd)
            return true;
    return false;
}

/* Spoils a request in one of the ways that mmap() itself refuses, or does not. */
static void spoil(struct request *r)
{
    switch (below(10)) {
    case 0: r->length = 0; break;
    case 1: r->length = 0 - PICK(1, page, page + 1, pmd, pmd + page, GIB); break;
    case 2: r->length = 1ULL << (40 + below(24)); break;
    case 3: r->offset += 1 + below(page - 1); break;
    case 4: r->offset = (below(2) == 0 ? 1ULL << 63 : 0) - page; break;
    case 5: r->flags &= ~(MAP_SHARED | MAP_PRIVATE); break;
    case 6: r->flags = (r->flags & ~MAP_PRIVATE) | MAP_SHARED_VALIDATE | (r->kind->file ? MAP_SYNC : 0); break;
    case 7: r->flags |= r->kind->file || r->kind == &kinds[ANON_SHARED] ? MAP_GROWSDOWN : 0; break;
    case 8: r->flags |= r->kind->file ? MAP_HUGETLB : 0; break;
    case 9:
        r->flags |= MAP_FIXED;
        r->hint = PICK(1ULL << 63, 0 - page, 0 - pmd, (1ULL << 57) - page, layout.mmap_base + 1 + below(page - 1));
        break;
    }
}

/* Lays out the obstacles of step 0 and chooses the request. */
static struct request prepare(enum category category, uint64_t seed, int step)
{
    const struct kind *here[KINDS];
    size_t count = 0;
    static const uint64_t steps[] = {0, 1, 2, 511, 512, 513, 1024, 262144}; /* grid offsets in pages */
    struct request r = some_request();
    for (int i = 0; i < VFIO; i++)
        if (kinds[i].here)
            here[count++] = &kinds[i];
    switch (category) {
    case GRID: {
        const uint64_t lengths[] = {page, pmd - page, pmd, pmd + page, 8 * pmd, GIB - pmd, GIB, GIB + pmd, 2 * GIB};
        uint64_t i = seed / count;
        r = request_of(here[seed % count], lengths[i % COUNT(lengths)],
                       page * steps[i / COUNT(lengths) % COUNT(steps)]);
        break;
    }
    case RAND: if (step == 0) scatter(); break;
    case HOLE: holes(r.length, false); break;
    case GD: holes(r.length, true); break;
    case HINT: case FIXED: case NOREPLACE:
        some_space(r.length);
        read_vmas();
        r.flags |= category == FIXED ? MAP_FIXED : category == NOREPLACE ? MAP_FIXED_NOREPLACE : 0;
        r.hint = some_address(r.length);
        for (int tries = 0; category == FIXED && hits_own(r.hint, r.length); tries++) {
            if (tries == 20)
                exit(ON_ITSELF);
            r.hint = down(some_address(r.length), below(2) == 0 ? page : pmd);
        }
        break;
    case BIT32:
#ifdef MAP_32BIT
        r.flags |= MAP_32BIT;
        for (uint64_t n = below(8); n > 0; n--) {
            uint64_t at = GIB + down(below(GIB), page), length = page << below(16);
            obstacle(at, length, below(6) == 0);
        }
        if (below(4) == 0)
            r.hint = GIB + below(4 * GIB);
#endif
        break;
    case ERR: some_space(r.length); spoil(&r); break;
    case LEGACY: case RLIMIT: case ASLR:
        some_space(r.length);
        read_vmas();
        if (below(5) == 0)
            r.hint = some_address(r.length);
        break;
    case HI: {
        some_space(r.length);
        uint64_t edge = below(5) == 0 ? 0 : 1ULL << PICK(38, 39, 42, 46, 47, 48, 52, 53, 56, 57);
        r.hint = edge + PICK(0, page, pmd, 0 - page, 0 - 2 * page, 0 - pmd, 0 - r.length, 0 - r.length - page, GIB);
        if (r.hint < MIB)
            r.hint = 0 - page;
        break;
    }
    default: break;
    }
    return r;
}

/* The other reasons for ENOMEM: then a line would tell of the machine's memory, not of its address space. */
static bool enomem_is_unclear(const struct request *r)
{
    struct rlimit space, data;
    getrlimit(RLIMIT_AS, &space);
    getrlimit(RLIMIT_DATA, &data);
    bool counted = (r->flags & MAP_SHARED) != 0 && (r->kind == &kinds[ANON_SHARED] || r->kind == &kinds[DEV_ZERO]);
    return space.rlim_cur != RLIM_INFINITY || data.rlim_cur != RLIM_INFINITY ||
           (counted && number_in("/proc/sys/vm/overcommit_memory", "") == 2);
}

/* One case, in the process that was started for it. */
static int run_placement(enum category category, uint64_t seed)
{
    char id[64];
    state = seed * CATEGORIES + (uint64_t)category;
    know_kinds();
    int steps = category == EMPTY || category == RAND ? 1 + (int)below(3) : 1;
    for (int step = 0; step < steps; step++) {
        struct request r = prepare(category, seed, step);
        read_vmas();
        snprintf(id, sizeof id, "%s-%lu.%d", categories[category], seed, step);
        put_machine(id, categories[category], seed);
        if (put_call(&r, "") == ANYWHERE && errno == ENOMEM && enomem_is_unclear(&r))
            return UNCLEAR_ENOMEM;
        put("}");
        write_line();
    }
    return DONE;
}

/* ---- Leaves: the BARs of a device under VFIO ---- */

#define RUNS 6001       /* the list of faults is cut after these; a replay knows more than 6000 as a cut list */
#define LONGEST (2 * GIB) /* of a mapping: a read of a device takes about a microsecond */

static const char *const orders[] = {"asc", "desc", "firstmid", "rnd:16"};
static struct { uint64_t offset; int64_t stride; uint64_t count; } runs[RUNS];
static size_t run_count;

static void note_fault(uint64_t offset)
{
    if (run_count > 0 && runs[run_count - 1].count == 1) {
        runs[run_count - 1].stride = (int64_t)(offset - runs[run_count - 1].offset);
        runs[run_count - 1].count = 2;
    } else if (run_count > 0 && offset == runs[run_count - 1].offset +
                                              (uint64_t)runs[run_count - 1].stride * runs[run_count - 1].count) {
        runs[run_count - 1].count++;
    } else if (run_count < RUNS) {
        runs[run_count].offset = offset;
        runs[run_count].stride = 0;
        runs[run_count++].count = 1;
    }
}

static long faults_now(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

/* Reads the first word of a page and says how many faults that took. */
static long touch(uint64_t at)
{
    long before = faults_now();
    (void)*(volatile uint32_t *)at;
    return faults_now() - before;
}

/* Opens the device by the group API with the type 1 IOMMU, and lets it answer to memory reads. */
static int open_vfio(const char *bdf)
{
    char path[128], link[256];
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%.40s/iommu_group", bdf);
    ssize_t n = readlink(path, link, sizeof link - 1);
    if (n < 0)
        fail("%s has no IOMMU group: %s", bdf, strerror(errno));
    link[n] = '\0';
    snprintf(path, sizeof path, "/dev/vfio/%.40s", strrchr(link, '/') + 1);
    int container = open("/dev/vfio/vfio", O_RDWR), group = open(path, O_RDWR);
    if (container < 0 || group < 0)
        fail("cannot open /dev/vfio/vfio or %s: %s", path, strerror(errno));
    struct vfio_group_status status = {.argsz = sizeof status};
    if (ioctl(group, VFIO_GROUP_GET_STATUS, &status) != 0 || !(status.flags & VFIO_GROUP_FLAGS_VIABLE))
        fail("group %s is not viable: bind all of its devices to vfio-pci", path);
    if (ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) != 0 ||
        ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) != 0)
        fail("cannot set up the type 1 IOMMU: %s", strerror(errno));
    int device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, bdf);
    struct vfio_region_info config = {.argsz = sizeof config, .index = VFIO_PCI_CONFIG_REGION_INDEX};
    uint16_t command = 0;
    off_t at = 0;
    if (device < 0 || ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &config) != 0)
        fail("cannot open %s: %s", bdf, strerror(errno));
    at = (off_t)config.offset + 4; /* PCI_COMMAND; bit 1 is memory space */
    if (pread(device, &command, sizeof command, at) != sizeof command ||
        (command |= 2, pwrite(device, &command, sizeof command, at)) != sizeof command)
        fail("cannot enable memory of %s", bdf);
    fcntl(device, F_SETFD, 0); /* for the processes of the cases */
    return device;
}

/* True where the whole BAR may be mapped; `info` gets its size and offset. */
static bool mappable(int device, uint32_t bar, struct vfio_region_info *info)
{
    static union { struct vfio_region_info info; char room[64 * 1024]; } full;
    full.info = (struct vfio_region_info){.argsz = sizeof full, .index = bar};
    if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &full.info) != 0 || full.info.size < page ||
        !(full.info.flags & VFIO_REGION_INFO_FLAG_MMAP))
        return false;
    *info = full.info;
    uint32_t at = (info->flags & VFIO_REGION_INFO_FLAG_CAPS) != 0 ? full.info.cap_offset : 0;
    while (at >= sizeof full.info && at + sizeof(struct vfio_info_cap_header) <= sizeof full) {
        struct vfio_info_cap_header header;
        memcpy(&header, full.room + at, sizeof header);
        if (header.id == VFIO_REGION_INFO_CAP_SPARSE_MMAP)
            return false;
        at = header.next;
    }
    return true;
}

static uint64_t phys_of(const char *bdf, uint32_t bar)
{
    char path[128], *rest = text, *row = NULL;
    snprintf(path, sizeof path, "/sys/bus/pci/devices/%.40s/resource", bdf);
    if (!slurp(path))
        fail("cannot read %s", path);
    for (uint32_t i = 0; i <= bar; i++)
        row = strsep(&rest, "\n");
    return row == NULL ? 0 : strtoull(row, NULL, 16);
}

/* Case `seed` of the leaves: BAR, part of it, place and order are its digits. */
static int run_leaf(const char *bdf, int device, uint64_t seed)
{
    static uint64_t pre[16];
    static long pre_faulted[16];
    size_t pre_count = 0;
    struct vfio_region_info info;
    uint64_t n = seed;
    const char *order = orders[n % 4];
    uint64_t place = n / 4 % 3, part = n / 12 % 3, delta = place == 2 ? page : 0;
    uint32_t bar = (uint32_t)(n / 36);
    if (bar > VFIO_PCI_BAR5_REGION_INDEX || !mappable(device, bar, &info))
        return NOT_BUILT;
    uint64_t skip = part == 1 ? page : part == 2 ? pmd : 0, phys = phys_of(bdf, bar);
    if (info.size <= skip || phys == 0)
        return NOT_BUILT;
    offer(VFIO, device);
    struct request r = {.kind = &kinds[VFIO], .prot = PROT_READ | PROT_WRITE, .flags = MAP_SHARED,
                        .offset = info.offset + skip};
    r.length = down(info.size - skip < LONGEST ? info.size - skip : LONGEST, page);
    if (place > 0) {
        r.flags |= MAP_FIXED;
        r.hint = (16 * TIB) + phys % GIB + delta;
    }
    memset(runs, 0, sizeof runs); /* no faults of our own between the readings */
    memset(pre, 0, sizeof pre);
    memset(pre_faulted, 0, sizeof pre_faulted);
    state = seed;
    read_vmas();
    char id[64], more[512];
    snprintf(id, sizeof id, "leaf-probe-%lu", seed);
    put_machine(id, "leaf", seed);
    put("\"spec\":{\"dev\":%u,\"bar_offset\":\"0x%lx\",\"len\":\"0x%lx\",\"place\":\"%s\","
        "\"delta\":\"0x%lx\",\"order\":\"%s\",\"madv\":\"none\"},",
        bar, skip, r.length, place == 0 ? "k" : "f", delta, order);
    snprintf(more, sizeof more,
             ",\"bar\":{\"dev\":%u,\"bdf\":\"%.40s\",\"phys\":\"0x%lx\",\"size\":\"0x%lx\","
             "\"region_offset\":\"0x%lx\",\"bar_offset\":\"0x%lx\"}",
             bar, bdf, phys, (uint64_t)info.size, (uint64_t)info.offset, skip);
    uint64_t tables = number_in("/proc/self/status", "VmPTE:");
    uint64_t at = put_call(&r, more), pages = r.length / page, many = 0;
    if (at != ANYWHERE) {
        long start = faults_now(), faults;
        if (strcmp(order, "firstmid") == 0) {
            const uint64_t first[] = {0, pages / 2, pages - 1, pages > 1, pages / 4, pages / 3};
            for (; pre_count < COUNT(first); pre_count++)
                pre[pre_count] = first[pre_count] * page;
        } else if (strcmp(order, "rnd:16") == 0)
            for (; pre_count < COUNT(pre); pre_count++)
                pre[pre_count] = below(pages) * page;
        for (size_t i = 0; i < pre_count; i++) {
            pre_faulted[i] = faults = touch(at + pre[i]);
            many += faults > 1;
        }
        for (uint64_t i = 0; i < pages; i++) {
            uint64_t offset = (strcmp(order, "desc") == 0 ? pages - 1 - i : i) * page;
            if ((faults = touch(at + offset)) > 0)
                note_fault(offset);
            many += faults > 1;
        }
        long total = faults_now() - start;
        put(",\"faults\":[");
        for (size_t i = 0; i < run_count; i++)
            put("%s[%lu,%ld,%lu]", i == 0 ? "" : ",", runs[i].offset, runs[i].stride,
                runs[i].count);
        put("]");
        for (size_t i = 0; i < pre_count; i++)
            put("%s[%lu,%d]", i == 0 ? ",\"pre\":[" : ",", pre[i], pre_faulted[i] > 0);
        put(pre_count > 0 ? "]" : "");
        /* Nothing is written to a real device, so there is no writing pass. */
        put(",\"minflt\":%ld,\"multi_fault_touches\":%lu,\"touched\":%lu,\"write_pass_minflt\":-1",
            total, many, pages);
        put(",\"vmpte_kb_before\":%lu,\"vmpte_kb\":%lu", tables, number_in("/proc/self/status", "VmPTE:"));
    }
    put("}");
    write_line();
    return DONE;
}

/* ---- The parent: one fresh process a case ---- */

static const char *bdf = "-";
static int device = -1;
static bool keep_random; /* personality() is refused: everything runs with randomization */

static int start(int category, uint64_t seed)
{
    static const uint64_t stacks[] = {64 * KIB, MIB, 8 * MIB, 100 * MIB, GIB, 16 * GIB, TIB, ANYWHERE};
    char words[5][32], folder[4096];
    const char *tmp = getenv("TMPDIR");
    snprintf(words[0], 32, "%d", category);
    snprintf(words[1], 32, "%lu", seed);
    snprintf(words[2], 32, "%d", va_bits);
    snprintf(words[3], 32, "%d", device);
    snprintf(folder, sizeof folder, "TMPDIR=%s", tmp == NULL ? "/tmp" : tmp);
    unsigned persona = (unsigned)personality(0xffffffff) & ~(unsigned)(ADDR_NO_RANDOMIZE | ADDR_COMPAT_LAYOUT);
    persona |= category == ASLR || keep_random ? 0 : ADDR_NO_RANDOMIZE;
    persona |= category == LEGACY ? ADDR_COMPAT_LAYOUT : 0;
    pid_t child = fork();
    if (child < 0)
        fail("cannot fork: %s", strerror(errno));
    if (child == 0) {
        struct rlimit stack = {0, 0};
        getrlimit(RLIMIT_STACK, &stack);
        stack.rlim_cur = category == RLIMIT ? (rlim_t)stacks[seed % COUNT(stacks)] : (rlim_t)(8 * MIB);
        if (category == RLIMIT && stacks[seed % COUNT(stacks)] == ANYWHERE)
            stack.rlim_cur = RLIM_INFINITY;
        if (setrlimit(RLIMIT_STACK, &stack) != 0)
            _exit(NO_RLIMIT);
        if (!(keep_random && category != LEGACY) && personality(persona) < 0)
            _exit(NO_PERSONALITY);
        alarm(category == CATEGORIES ? 120 : 20); /* kept by exec: no case can hang */
        char *args[] = {"hugemap-probe", "--case", words[0], words[1], words[2], (char *)variant, (char *)bdf,
                        words[3], NULL};
        char *environment[] = {folder, NULL};
        execve("/proc/self/exe", args, environment);
        _exit(NO_EXEC);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) && WEXITSTATUS(status) < ENDS ? WEXITSTATUS(status) : -1;
}

/* Runs the cases of one category and says how many are missing, and why. Gives the number that ran. */
static uint64_t run_all(int category, const char *name, uint64_t first, uint64_t count)
{
    uint64_t ends[ENDS] = {0}, killed = 0;
    for (uint64_t seed = first; seed < first + count; seed++) {
        int end = start(category, seed);
        if (end < 0)
            killed++;
        else
            ends[end]++;
    }
    for (int end = DONE + 1; end < ENDS; end++)
        if (ends[end] > 0)
            fprintf(stderr, "hugemap-probe: %s: %lu of %lu left out: %s\n", name, ends[end], count,
                    end_words[end]);
    if (killed > 0)
        fprintf(stderr, "hugemap-probe: %s: %lu of %lu left out: killed by a signal\n", name, killed,
                count);
    return ends[DONE];
}

static const char usage[] =
    "usage: hugemap-probe [--seed N] [--count N] [--category NAME[,NAME...]] [--variant NAME] [--vfio BDF]\n"
    "  --seed N       first seed (0)\n"
    "  --count N      seeds of each category (40)\n"
    "  --category L   grid empty rand hole hint fixed noreplace gd bit32 err legacy rlimit aslr hi (all)\n"
    "  --variant NAME host (a machine as it is), or stock (the small emulated machine of the captures)\n"
    "  --vfio BDF     leaves of that device instead, such as 0000:01:00.0, bound to vfio-pci; READS all its BARs\n";

static bool chosen[CATEGORIES];

/* Chooses the categories of a comma-separated list; false where it names one that is not there. */
static bool choose(char *list)
{
    bool known = true;
    for (char *name; known && (name = strsep(&list, ",")) != NULL;) {
        int category = 0;
        while (category < CATEGORIES && strcmp(name, categories[category]) != 0)
            category++;
        known = category < CATEGORIES;
        if (known)
            chosen[category] = true;
    }
    return known;
}

int main(int argc, char **argv)
{
    know_machine();
    if (argc == 8 && strcmp(argv[1], "--case") == 0) {
        int category = atoi(argv[2]);
        variant = argv[5];
        va_bits = atoi(argv[4]);
        measure_layout();
        uint64_t seed = strtoull(argv[3], NULL, 10);
        return category == CATEGORIES ? run_leaf(argv[6], atoi(argv[7]), seed)
                                      : run_placement((enum category)category, seed);
    }
    uint64_t seed = 0, count = 40, ran = 0;
    bool all = true;
    for (int i = 1; i < argc; i += 2) {
        char *end = "";
        if (i + 1 == argc)
            return fputs(usage, stderr), 2;
        if (strcmp(argv[i], "--seed") == 0)
            seed = strtoull(argv[i + 1], &end, 10);
        else if (strcmp(argv[i], "--count") == 0)
            count = strtoull(argv[i + 1], &end, 10);
        else if (strcmp(argv[i], "--category") == 0)
            all = false, end = choose(argv[i + 1]) ? "" : "?";
        else if (strcmp(argv[i], "--variant") == 0 && strpbrk(argv[i + 1], "\"\\") == NULL)
            variant = argv[i + 1];
        else if (strcmp(argv[i], "--vfio") == 0)
            bdf = argv[i + 1];
        else
            end = "?";
        if (*end != '\0')
            return fputs(usage, stderr), 2;
    }
    va_bits = measure_va_bits();
    unsigned persona = (unsigned)personality(0xffffffff);
    keep_random = personality(persona | ADDR_NO_RANDOMIZE) < 0;
    if (keep_random)
        fprintf(stderr, "hugemap-probe: personality() is refused here: everything runs with randomization\n");
    else
        personality(persona);
    if (strcmp(bdf, "-") != 0) {
        device = open_vfio(bdf);
        ran = run_all(CATEGORIES, "leaf", 0, 6 * 36);
        return ran > 0 ? 0 : 1;
    }
    for (int category = 0; category < CATEGORIES; category++) {
        if (!all && !chosen[category])
            continue;
#ifndef MAP_32BIT
        if (category == BIT32)
            continue;
#endif
        ran += run_all(category, categories[category], seed, count);
    }
    return ran > 0 ? 0 : 1;
}

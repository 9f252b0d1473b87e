// Journals: added cells come back bit for bit, whatever happens to the program or the disk; a journal of another sweep
// is refused.
#include "suture/sweep/journal.hpp"

#include "file/files.hpp"
#include "message.hpp"

#include <ATen/ops/tensor.h>

#include <sys/resource.h>

#include <bit>
#include <cmath>
#include <csignal>
#include <limits>
#include <locale>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace {
using namespace suture;
using files::bytes_of;
using files::Folder;
using files::write_bytes;
using suture_test::message_of;
using suture_test::says;
using Cells = std::map<Index, double>;

at::Tensor baseline(const std::vector<double>& numbers) { return at::tensor(numbers, at::kDouble); }

/// Whether the cells have the same bits; a NaN equals any NaN.
bool same_bits(const Cells& a, const Cells& b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](const auto& x, const auto& y) {
               const bool same = std::bit_cast<std::uint64_t>(x.second) == std::bit_cast<std::uint64_t>(y.second);
               return x.first == y.first && (same || (std::isnan(x.second) && std::isnan(y.second)));
           });
}
/// A journal of the sweep "a" with some cells.
void write_journal(const files::fs::path& path, const Cells& cells = {{0, 1.5}, {7, -0.25}}) {
    SweepJournal journal(path);
    journal.begin("a");
    journal.check_baseline(0, baseline({2, 3}));
    journal.add(cells);
}
/// The error from opening a journal of these bytes.
std::string refusal_of(const std::string& bytes) {
    const Folder folder;
    write_bytes(folder / "j", bytes);
    const std::string said = message_of<FileError>([&] { SweepJournal journal(folder / "j"); });
    CHECK(bytes_of(folder / "j") == bytes);
    return said;
}
/// Runs `f` while no file may grow beyond this size, as on a full disk.
template <class F>
void with_full_disk(rlim_t bytes, F&& f) {
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
    const auto handler = ::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{bytes, limit.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    f();
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::signal(SIGXFSZ, handler);
}
}  // namespace

TEST_CASE("every number comes back bit for bit") {
    const Folder folder;
    using limits = std::numeric_limits<double>;
    Cells cells{{0, 0.0},
                {1, -0.0},
                {2, limits::infinity()},
                {3, -limits::infinity()},
                {4, limits::quiet_NaN()},
                {5, limits::denorm_min()},
                {6, -limits::denorm_min()},
                {7, limits::min()},
                {8, limits::max()},
                {9, limits::lowest()},
                {10, 1.0 / 3},
                {11, 1 + limits::epsilon()},
                {Index{1} << 60, 3}};
    std::mt19937_64 random(1);
    for (Index i = 100; i < 1100; ++i) cells[i] = std::bit_cast<double>(random());
    write_journal(folder / "j", cells);
    CHECK(same_bits(SweepJournal(folder / "j").cells(), cells));
    CHECK(std::signbit(SweepJournal(folder / "j").cells().at(1)));
}

TEST_CASE("a journal is lines of text: its format, its sweep, and its records in order") {
    const Folder folder;
    write_journal(folder / "j");
    CHECK(bytes_of(folder / "j") ==
          "suture sweep journal 1\na\nbaseline 0 1p+1\nbaseline 1 1.8p+1\n0 1.8p+0\n7 -1p-2\n");
}

TEST_CASE("cells are in the journal as soon as they are added") {
    const Folder folder;
    SweepJournal journal(folder / "j");
    CHECK(journal.path() == folder / "j");
    CHECK(journal.cells().empty());
    journal.begin("a");
    journal.add({{3, 1}});
    CHECK((journal.cells() == Cells{{3, 1}}));
    CHECK((SweepJournal(folder / "j").cells() == Cells{{3, 1}}));  // on the disk while the first is open
    journal.add({});
    journal.add({{4, 2}});
    CHECK((SweepJournal(folder / "j").cells() == Cells{{3, 1}, {4, 2}}));
}

TEST_CASE("a sweep that is begun again continues after the recorded cells, with the open journal or a new one") {
    const Folder folder;
    {
        SweepJournal journal(folder / "j");
        for (Index i = 0; i < 3; ++i) {
            journal.begin("a");
            journal.add({{i, 1}});
        }
    }
    SweepJournal again(folder / "j");
    again.begin("a");
    again.add({{3, 1}});
    CHECK((SweepJournal(folder / "j").cells() == Cells{{0, 1}, {1, 1}, {2, 1}, {3, 1}}));
}

TEST_CASE("after a power failure at any byte, the cells of whole lines are there and the sweep can continue") {
    const Folder folder;
    write_journal(folder / "whole", {{0, 1.5}, {7, -0.25}, {12, 1e300}});
    const std::string bytes = bytes_of(folder / "whole");
    const std::string named = "suture sweep journal 1\na\n";
    for (std::size_t length = 0; length <= bytes.size(); ++length) {
        CAPTURE(length);
        const std::string torn = bytes.substr(0, length);
        write_bytes(folder / "j", torn);
        Cells expected;
        for (const auto& [cell, line] : std::map<Index, std::string>{{0, "0 1.8p+0\n"}, {7, "7 -1p-2\n"}})
            if (torn.find("\n" + line) != torn.npos) expected[cell] = cell == 0 ? 1.5 : -0.25;
        if (length == bytes.size()) expected[12] = 1e300;
        {
            SweepJournal journal(folder / "j");
            CHECK(same_bits(journal.cells(), expected));
            CHECK(bytes_of(folder / "j") == torn);  // to look changes nothing
            if (length >= named.size())
                CHECK(says(message_of<FileError>([&] { journal.begin("b"); }), "belongs to another sweep"));
            journal.begin(length >= named.size() ? "a" : "b");
            journal.add({{20, 5}});
        }
        expected[20] = 5;
        CHECK(same_bits(SweepJournal(folder / "j").cells(), expected));
    }
}

TEST_CASE("a file that is not a journal is refused and left alone") {
    for (const std::string& bytes :
         {std::string("hello"), std::string("\n"), std::string("\0\0\0", 3), std::string("suture sweep journal 2\na\n"),
          std::string("suture sweep journal 1 \na\n"), std::string("suture sweep journal 1\r\na\r\n")})
        CHECK(says(refusal_of(bytes), "the journal is not a suture sweep journal (unexpected first line)",
                   "choose another file"));
}

TEST_CASE("the error names a line that is not a cell, and nothing is lost") {
    const std::string head = "suture sweep journal 1\na\n";
    for (const std::string line :
         {"", " ", "3", "3 ", "3  1p+0", "x 1p+0", "-1 1p+0", "3 1p+0 ", "3 1p+0x", "3 one", "baseline", "baseline 3",
          "baseline x 1p+0", "99999999999999999999 1p+0", "3 0x1p+0", "3,1p+0"}) {
        CAPTURE(line);
        CHECK(says(refusal_of(head + "1 1p+0\n" + line + "\n2 1p+0\n"), "has the line '" + line + "'",
                   "instead of a cell and its value", "remove the line"));
    }
    CHECK(says(refusal_of(head + std::string(1000, '7') + "\n"), "'" + std::string(60, '7') + "'"));
}

TEST_CASE("a journal of another sweep is refused with the names of both, and is left unchanged") {
    const Folder folder;
    write_journal(folder / "j");
    const std::string before = bytes_of(folder / "j");
    const std::string said = message_of<FileError>([&] { SweepJournal(folder / "j").begin("b"); });
    CHECK(said == (folder / "j").string() +
                      ": the journal belongs to another sweep, 'a', and this one is 'b': "
                      "choose another journal, or remove this one");
    CHECK(bytes_of(folder / "j") == before);
}

TEST_CASE("a sweep is named in one line") {
    const Folder folder;
    SweepJournal journal(folder / "j");
    for (const char* name : {"", "two\nlines"})
        CHECK(says(message_of<ValueError>([&] { journal.begin(name); }), "names its sweep in one line"));
    CHECK(bytes_of(folder / "j").empty());
}

TEST_CASE("a baseline is recorded once, and compared from then on") {
    const Folder folder;
    SweepJournal journal(folder / "j");
    journal.begin("a");
    journal.check_baseline(2, baseline({1, 2}));
    const std::string noted = bytes_of(folder / "j");
    CHECK(says(noted, "baseline 2 1p+0\nbaseline 3 1p+1\n"));
    journal.check_baseline(2, baseline({1.0005, 2}));  // rounding
    CHECK(bytes_of(folder / "j") == noted);
    SweepJournal again(folder / "j");
    for (SweepJournal* j : {&journal, &again})
        CHECK(message_of<FileError>([&] {
                  j->check_baseline(2, baseline({1, 2.5}));
              }) == (folder / "j").string() +
                        ": the journal belongs to another model: the baseline of prompt 3 was 2.000000 and is "
                        "2.500000 now: choose another journal, or remove this one");
    CHECK(bytes_of(folder / "j") == noted);
}

TEST_CASE("a baseline that is NaN or infinite equals only itself") {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
    const std::vector<double> all{nan, infinity, -infinity, 0, 1e300};
    for (const double noted : all) {
        const Folder folder;
        SweepJournal journal(folder / "j");
        journal.begin("a");
        journal.check_baseline(0, baseline({noted}));
        for (const double now : all) {
            CAPTURE(noted);
            CAPTURE(now);
            const std::string said = message_of<FileError>([&] { journal.check_baseline(0, baseline({now})); });
            const bool is_same = noted == now || (std::isnan(noted) && std::isnan(now));
            CHECK(says(said, "belongs to another model") == !is_same);
        }
    }
}

TEST_CASE("cells of another process are read, and its file is left alone") {
    const Folder folder;
    write_journal(folder / "theirs", {{1, 10}, {2, 20}});
    const std::string before = bytes_of(folder / "theirs");
    SweepJournal mine(folder / "mine");
    mine.begin("a");
    mine.add({{2, 21}, {3, 30}});
    mine.take_up(folder / "theirs");
    CHECK((mine.cells() == Cells{{1, 10}, {2, 21}, {3, 30}}));
    CHECK((SweepJournal(folder / "mine").cells() == Cells{{2, 21}, {3, 30}}));
    CHECK(bytes_of(folder / "theirs") == before);
}

TEST_CASE("cells are read while the other process is in the middle of a line") {
    const Folder folder;
    write_journal(folder / "theirs");
    write_bytes(folder / "theirs", bytes_of(folder / "theirs") + "9 1.8p");
    const std::string before = bytes_of(folder / "theirs");
    SweepJournal mine(folder / "mine");
    mine.take_up(folder / "theirs");
    CHECK((mine.cells() == Cells{{0, 1.5}, {7, -0.25}}));
    CHECK(bytes_of(folder / "theirs") == before);
}

TEST_CASE("another journal must exist and have the same sweep and model") {
    const Folder folder;
    write_journal(folder / "theirs");  // of the sweep a, with the baselines 2 and 3
    SweepJournal begun(folder / "begun"), fresh(folder / "fresh");
    CHECK(says(message_of<FileError>([&] { begun.take_up(folder / "nowhere"); }), (folder / "nowhere").string(),
               "does not exist or is empty", "check the path"));
    CHECK_FALSE(files::fs::exists(folder / "nowhere"));

    begun.begin("b");
    CHECK(says(message_of<FileError>([&] { begun.take_up(folder / "theirs"); }), (folder / "theirs").string(),
               "belongs to another sweep, 'a', and this one is 'b'"));
    CHECK(begun.cells().empty());
    fresh.take_up(folder / "theirs");
    CHECK(says(message_of<FileError>([&] { fresh.begin("b"); }), (folder / "theirs").string(),
               "belongs to another sweep"));
    CHECK(bytes_of(folder / "fresh").empty());

    fresh.begin("a");
    CHECK(says(message_of<FileError>([&] {
                   fresh.check_baseline(0, baseline({2, 9}));
               }),
               (folder / "theirs").string(), "belongs to another model: the baseline of prompt 1"));
    fresh.check_baseline(0, baseline({2, 3}));
    CHECK(says(bytes_of(folder / "fresh"), "baseline 0 1p+1\nbaseline 1 1.8p+1\n"));  // of its own
}

TEST_CASE("two journals of one file do not overwrite each other") {
    const Folder folder;
    SweepJournal first(folder / "j"), second(folder / "j");
    first.begin("a");
    first.add({{1, 1}});
    CHECK(says(message_of<FileError>([&] { second.begin("a"); }), "was written by others since it was opened",
               "open it again", "each process its own journal"));
    first.add({{2, 2}});
    SweepJournal third(folder / "j");
    third.begin("a");
    CHECK((third.cells() == Cells{{1, 1}, {2, 2}}));
}

TEST_CASE("a full disk is reported, leaves no half-written line, and the journal can continue") {
    const Folder folder;
    {
        SweepJournal journal(folder / "j");
        journal.begin("a");
        journal.add({{1, 1}});
        const std::string before = bytes_of(folder / "j");
        Cells many;
        for (Index i = 0; i < 1000; ++i) many[100 + i] = 1.0 / double(i + 3);
        std::string said;
        with_full_disk(4096, [&] { said = message_of<FileError>([&] { journal.add(many); }); });
        CHECK(says(said, (folder / "j").string(), "cannot be written (File too large)", "check the space on the disk"));
        CHECK(bytes_of(folder / "j") == before);
        CHECK((journal.cells() == Cells{{1, 1}}));
        journal.add({{2, 2}});
    }
    CHECK((SweepJournal(folder / "j").cells() == Cells{{1, 1}, {2, 2}}));
}

TEST_CASE("a path that is not a file, or whose directory is missing, is refused") {
    const Folder folder;
    for (const char* path : {"/dev/full", "/dev/null"})
        CHECK(says(message_of<FileError>([&] { SweepJournal journal(path); }), path, "is not a regular file"));
    CHECK(says(message_of<FileError>([&] { SweepJournal journal(folder.path()); }), folder.path().string(),
               "is not a regular file"));
    CHECK(says(message_of<FileError>([&] { SweepJournal journal(folder / "nowhere/j"); }), "nowhere/j",
               "cannot be opened (No such file or directory)", "check the path"));
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK(says(message_of<FileError>([&] { SweepJournal journal(folder / "pipe"); }), "is not a regular file"));
}

TEST_CASE("numbers do not depend on the locale") {
    struct German : std::numpunct<char> {
        char do_decimal_point() const override { return ','; }
        char do_thousands_sep() const override { return '.'; }
        std::string do_grouping() const override { return "\3"; }
    };
    const Folder folder;
    const std::locale before = std::locale::global(std::locale(std::locale::classic(), new German));
    write_journal(folder / "j", {{123456, 1.5}});
    std::locale::global(before);
    CHECK((SweepJournal(folder / "j").cells() == Cells{{123456, 1.5}}));
    CHECK(says(bytes_of(folder / "j"), "\n123456 1.8p+0\n"));
}

// The text of journals: written, read, and broken off anywhere.
#include "suture/sweep/detail/journal_text.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <cmath>
#include <limits>
#include <string>

namespace {
using namespace suture;
using suture::detail::JournalText;
using suture::detail::Numbered;
using suture_test::message_of;
using suture_test::says;

const std::string header(JournalText::header);
}  // namespace

TEST_CASE("lines that were written are read again, bit for bit") {
    const Numbered cells{{0, 1.0 / 3}, {5, -0.0}, {7, std::numeric_limits<double>::infinity()}, {9, 5e-324}};
    const std::string text = header + "denoising, logit\n" + JournalText::lines_of_baselines({{2, 1.5}}) +
                             JournalText::lines_of_cells(cells);
    const JournalText read = JournalText::parse(text);
    CHECK(read.sweep == "denoising, logit");
    CHECK(read.cells == cells);
    CHECK(std::signbit(read.cells.at(5)));
    CHECK((read.baselines == Numbered{{2, 1.5}}));
    CHECK(read.whole == text.size());
    CHECK(read.size == text.size());
    CHECK(JournalText::lines_of_cells({{3, 3}}) == "3 1.8p+1\n");
    CHECK(JournalText::lines_of_baselines({{3, 3}}) == "baseline 3 1.8p+1\n");
}

TEST_CASE("a truncated text keeps its whole lines, and has none before the sweep is named") {
    const std::string named = header + "a\n", text = named + "1 1p+0\n2 1p";
    const JournalText read = JournalText::parse(text);
    CHECK(read.whole == named.size() + 7);
    CHECK(read.size == text.size());
    CHECK((read.cells == Numbered{{1, 1}}));
    for (std::size_t length = 0; length < named.size(); ++length) {
        const JournalText torn = JournalText::parse(text.substr(0, length));
        CHECK(torn.whole == 0);
        CHECK(torn.sweep.empty());
    }
}

TEST_CASE("a text with another first line is not a journal, and a malformed line is not a cell") {
    CHECK(says(message_of<FileError>([] { (void)JournalText::parse("hello\n"); }), "is not a suture sweep journal"));
    CHECK(says(message_of<FileError>([] { (void)JournalText::parse(header + "a\none 1p+0\n"); }),
               "has the line 'one 1p+0' instead of a cell and its value", "remove the line"));
}

// The ledger of a sweep: what counts as done, and what comes from a journal.
#include "suture/sweep/detail/ledger.hpp"

#include "file/files.hpp"
#include "message.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {
using namespace suture;
using files::Folder;
using suture::detail::Ledger;
using suture_test::message_of;
using suture_test::says;

/// Two prompts with four cells each, all unknown.
SweepResult unknown() {
    SweepResult r;
    r.values = at::full({2, 4}, std::numeric_limits<double>::quiet_NaN(), at::kDouble);
    r.done = at::zeros({2, 4}, at::kBool);
    r.ran = at::zeros({2, 4}, at::kBool);
    r.baseline = at::full({2}, std::numeric_limits<double>::quiet_NaN(), at::kDouble);
    return r;
}
using Cells = std::map<Index, double>;
using Indices = std::vector<Index>;
at::Tensor numbers(const std::vector<double>& values) { return at::tensor(values, at::kDouble); }
std::vector<bool> flags_of(const at::Tensor& t) {
    const at::Tensor flat = t.flatten();
    return std::vector<bool>(flat.data_ptr<bool>(), flat.data_ptr<bool>() + flat.numel());
}
double value_of(const SweepResult& r, Index cell) { return r.values.flatten()[cell].item<double>(); }

/// Options that note each step of the progress.
SweepOptions noting(std::vector<std::pair<Index, Index>>& steps) {
    SweepOptions options;
    options.progress = [&steps](const SweepProgress& p) { steps.emplace_back(p.done, p.all); };
    return options;
}
SweepOptions with_journal(const files::fs::path& path) {
    SweepOptions options;
    options.journal = std::make_shared<SweepJournal>(path);
    return options;
}
}  // namespace

TEST_CASE(
    "cells that need no run equal their prompt's baseline and count as done but not run; the others are unknown") {
    SweepResult r = unknown();
    const SweepOptions options;
    Ledger book(r, options);
    book.begin(0, numbers({0.5, -2}), Indices{0, 2, 3, 5, 7}, 0);
    CHECK(r.baseline.equal(numbers({0.5, -2})));
    CHECK((flags_of(r.done) == std::vector<bool>{true, false, true, true, false, true, false, true}));
    CHECK((flags_of(r.ran) == std::vector<bool>(8, false)));
    for (const Index cell : {0, 2, 3}) CHECK(value_of(r, cell) == 0.5);
    for (const Index cell : {5, 7}) CHECK(value_of(r, cell) == -2);
    for (const Index cell : {1, 4, 6}) CHECK(std::isnan(value_of(r, cell)));
    for (Index cell = 0; cell < 8; ++cell) CHECK(book.knows(cell) == (cell != 1 && cell != 4 && cell != 6));
}

TEST_CASE("beginning some prompts leaves the others alone") {
    SweepResult r = unknown();
    const SweepOptions options;
    Ledger book(r, options);
    book.begin(1, numbers({7}), Indices{4, 6, 7}, 0);
    CHECK(std::isnan(r.baseline[0].item<double>()));
    CHECK(r.baseline[1].item<double>() == 7);
    CHECK((flags_of(r.done) == std::vector<bool>{false, false, false, false, true, false, true, true}));
}

TEST_CASE("a cell that was run is done and has its number, whatever the number") {
    SweepResult r = unknown();
    const SweepOptions options;
    Ledger book(r, options);
    book.begin(0, numbers({1}), {}, 0);
    book.add({{2, 0.25}, {0, std::numeric_limits<double>::quiet_NaN()}, {1, std::numeric_limits<double>::infinity()}});
    CHECK(value_of(r, 2) == 0.25);
    CHECK(std::isnan(value_of(r, 0)));
    CHECK(std::isinf(value_of(r, 1)));
    CHECK((flags_of(r.ran) == std::vector<bool>{true, true, true, false, false, false, false, false}));
    CHECK((flags_of(r.done) == flags_of(r.ran)));
}

TEST_CASE("progress reaches the number of cells and counts each once") {
    std::vector<std::pair<Index, Index>> steps;
    SweepResult r = unknown();
    const SweepOptions options = noting(steps);
    Ledger book(r, options);
    book.begin(0, numbers({0}), Indices{0, 3}, 0);
    book.add({{1, 1}, {2, 2}});
    book.add({{1, 1}, {2, 2}});
    book.begin(1, numbers({0}), Indices{4, 6, 7}, 0);
    book.add({{5, 1}});
    CHECK((steps == std::vector<std::pair<Index, Index>>{{2, 8}, {4, 8}, {4, 8}, {7, 8}, {8, 8}}));
}

TEST_CASE("cells that are left out are not counted") {
    std::vector<std::pair<Index, Index>> steps;
    SweepResult r = unknown();
    const SweepOptions options = noting(steps);
    Ledger book(r, options);
    book.begin(0, numbers({1, 2}), Indices{2, 3, 5, 7}, 2);
    book.add({{1, 3}, {6, 4}});
    CHECK((steps == std::vector<std::pair<Index, Index>>{{4, 6}, {6, 6}}));
    CHECK_FALSE(r.is_complete());
}

TEST_CASE("cells in the journal count as done and run") {
    const Folder folder;
    {
        SweepJournal journal(folder / "j");
        journal.begin("a");
        journal.add({{1, 10}, {6, 60}});
    }
    SweepResult r = unknown();
    const SweepOptions options = with_journal(folder / "j");
    Ledger book(r, options);
    book.open("a");
    CHECK(value_of(r, 1) == 10);
    CHECK(value_of(r, 6) == 60);
    CHECK((flags_of(r.ran) == std::vector<bool>{false, true, false, false, false, false, true, false}));
    for (Index cell = 0; cell < 8; ++cell) CHECK(book.knows(cell) == (cell == 1 || cell == 6));
    book.begin(0, numbers({0}), Indices{0, 2, 3}, 0);
    CHECK(value_of(r, 1) == 10);
    CHECK(r.ran.flatten()[1].item<bool>());
}

TEST_CASE("a cell is in the journal before its progress is reported") {
    const Folder folder;
    SweepResult r = unknown();
    SweepOptions options = with_journal(folder / "j");
    options.progress = [](const SweepProgress& p) {
        if (p.done == 4) throw std::runtime_error("stop");
    };
    Ledger book(r, options);
    book.open("a");
    book.begin(0, numbers({1}), Indices{1, 2}, 0);
    CHECK_THROWS_WITH_AS(book.add({{0, 5}, {3, 6}}), "stop", std::runtime_error);
    CHECK((SweepJournal(folder / "j").cells() == Cells{{0, 5}, {3, 6}}));
}

TEST_CASE("a journal of another sweep, of more cells or of another model is refused") {
    const Folder folder;
    {
        SweepJournal journal(folder / "j");
        journal.begin("a");
        journal.check_baseline(0, numbers({1, 2}));
        journal.add({{8, 1}});
    }
    SweepResult r = unknown();
    const SweepOptions options = with_journal(folder / "j");
    Ledger book(r, options);
    CHECK(says(message_of<FileError>([&] { book.open("b"); }), "belongs to another sweep"));
    CHECK(says(message_of<FileError>([&] { book.open("a"); }), (folder / "j").string(),
               "has the cell 8 but the sweep has only 8", "choose another journal"));
    CHECK(says(message_of<FileError>([&] {
                   book.begin(0, numbers({1, 3}), {}, 0);
               }),
               "belongs to another model: the baseline of prompt 1"));
}

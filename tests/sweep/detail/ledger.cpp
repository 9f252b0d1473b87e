// The ledger of a sweep: what counts as done, what is run here, and what comes from a journal.
#include "suture/sweep/detail/ledger.hpp"

#include "message.hpp"
#include "record/files.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {
using namespace suture;
using files::Folder;
using suture::detail::Ledger;
using suture::detail::PlannedCell;
using suture_test::message_of;
using suture_test::says;

/// Two prompts of four cells, of which nothing is known.
SweepResult unknown() {
    SweepResult r;
    r.values = at::full({2, 4}, std::numeric_limits<double>::quiet_NaN(), at::kDouble);
    r.done = at::zeros({2, 4}, at::kBool);
    r.ran = at::zeros({2, 4}, at::kBool);
    r.baseline = at::full({2}, std::numeric_limits<double>::quiet_NaN(), at::kDouble);
    return r;
}
std::vector<PlannedCell> cells(const std::vector<Index>& indices) {
    std::vector<PlannedCell> all(indices.size());
    for (std::size_t i = 0; i < indices.size(); ++i) all[i].what.index = indices[i];
    return all;
}
std::vector<Index> indices_of(const std::vector<PlannedCell>& planned) {
    std::vector<Index> indices;
    for (const PlannedCell& cell : planned) indices.push_back(cell.what.index);
    return indices;
}
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

TEST_CASE("cells that need no run are the baseline of their prompt, done but not run; the others are not known") {
    SweepResult r = unknown();
    const SweepOptions options;
    Ledger book(r, options, 4);
    std::vector<PlannedCell> to_run = cells({1, 4, 6});
    book.begin(0, numbers({0.5, -2}), to_run);
    CHECK(r.baseline.equal(numbers({0.5, -2})));
    CHECK((flags_of(r.done) == std::vector<bool>{true, false, true, true, false, true, false, true}));
    CHECK((flags_of(r.ran) == std::vector<bool>(8, false)));
    for (const Index cell : {0, 2, 3}) CHECK(value_of(r, cell) == 0.5);
    for (const Index cell : {5, 7}) CHECK(value_of(r, cell) == -2);
    for (const Index cell : {1, 4, 6}) CHECK(std::isnan(value_of(r, cell)));
    CHECK((indices_of(to_run) == std::vector<Index>{1, 4, 6}));
}

TEST_CASE("prompts that are begun by themselves leave the others alone") {
    SweepResult r = unknown();
    const SweepOptions options;
    Ledger book(r, options, 4);
    std::vector<PlannedCell> to_run = cells({5});
    book.begin(1, numbers({7}), to_run);
    CHECK(std::isnan(r.baseline[0].item<double>()));
    CHECK(r.baseline[1].item<double>() == 7);
    CHECK((flags_of(r.done) == std::vector<bool>{false, false, false, false, true, false, true, true}));
}

TEST_CASE("what was run is done, with its number, whatever number that is") {
    SweepResult r = unknown();
    const SweepOptions options;
    Ledger book(r, options, 4);
    std::vector<PlannedCell> to_run = cells({0, 1, 2, 3});
    book.begin(0, numbers({1}), to_run);
    const auto some = cells({2, 0, 1});
    book.add(some, numbers({0.25, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}));
    CHECK(value_of(r, 2) == 0.25);
    CHECK(std::isnan(value_of(r, 0)));
    CHECK(std::isinf(value_of(r, 1)));
    CHECK((flags_of(r.ran) == std::vector<bool>{true, true, true, false, false, false, false, false}));
    CHECK((flags_of(r.done) == flags_of(r.ran)));
}

TEST_CASE("the progress goes up to all cells, and counts each once") {
    std::vector<std::pair<Index, Index>> steps;
    SweepResult r = unknown();
    const SweepOptions options = noting(steps);
    Ledger book(r, options, 4);
    std::vector<PlannedCell> first = cells({1, 2}), second = cells({5});
    book.begin(0, numbers({0}), first);
    book.add(first, numbers({1, 2}));
    book.add(first, numbers({1, 2}));
    book.begin(1, numbers({0}), second);
    book.add(second, numbers({1}));
    CHECK((steps == std::vector<std::pair<Index, Index>>{{2, 8}, {4, 8}, {4, 8}, {7, 8}, {8, 8}}));
}

TEST_CASE("of a share, cells that were not chosen are neither run nor counted") {
    std::vector<std::pair<Index, Index>> steps;
    SweepResult r = unknown();
    const SweepOptions options = noting(steps);
    Ledger book(r, options, 4);
    at::Tensor chosen = at::zeros({8}, at::kBool);
    chosen[1].fill_(true), chosen[6].fill_(true);
    book.choose(chosen);
    std::vector<PlannedCell> to_run = cells({0, 1, 4, 6});
    book.begin(0, numbers({1, 2}), to_run);
    CHECK((indices_of(to_run) == std::vector<Index>{1, 6}));
    book.add(to_run, numbers({3, 4}));
    CHECK((steps == std::vector<std::pair<Index, Index>>{{4, 6}, {6, 6}}));
    CHECK_FALSE(r.is_complete());
}

TEST_CASE("a batch is run here if something of it is not done, and it is this process's by its number") {
    SweepResult r = unknown();
    SweepOptions options;
    std::vector<std::size_t> asked;
    options.claim = [&asked](std::size_t batch) {
        asked.push_back(batch);
        return batch % 2 == 0;
    };
    Ledger book(r, options, 4);
    std::vector<PlannedCell> to_run = cells({0, 1, 2, 3});
    book.begin(0, numbers({1}), to_run);
    const auto first = cells({0, 1}), second = cells({2}), third = cells({1, 3});
    CHECK(book.claims(first));
    book.add(first, numbers({1, 2}));
    CHECK_FALSE(book.claims(second));
    CHECK(book.claims(third));
    // What is done is not asked for, and has its number all the same: other processes count it too.
    CHECK_FALSE(book.claims(first));
    CHECK(book.claims(second));
    CHECK((asked == std::vector<std::size_t>{0, 1, 2, 4}));
}

TEST_CASE("what a journal has is done and run, and is neither run again nor dropped from a share") {
    const Folder folder;
    {
        SweepJournal journal(folder / "j");
        journal.begin("a");
        journal.add({{1, 10}, {6, 60}});
    }
    SweepResult r = unknown();
    const SweepOptions options = with_journal(folder / "j");
    Ledger book(r, options, 4);
    book.open("a");
    CHECK(value_of(r, 1) == 10);
    CHECK(value_of(r, 6) == 60);
    CHECK((flags_of(r.ran) == std::vector<bool>{false, true, false, false, false, false, true, false}));
    book.choose(at::zeros({8}, at::kBool));
    std::vector<PlannedCell> to_run = cells({1, 2});
    book.begin(0, numbers({0}), to_run);
    CHECK((indices_of(to_run) == std::vector<Index>{1}));
    CHECK(value_of(r, 1) == 10);
    CHECK_FALSE(book.claims(to_run));
}

TEST_CASE("what becomes known is in the journal before anyone is told") {
    const Folder folder;
    SweepResult r = unknown();
    SweepOptions options = with_journal(folder / "j");
    options.progress = [](const SweepProgress& p) {
        if (p.done == 4) throw std::runtime_error("stop");
    };
    Ledger book(r, options, 4);
    book.open("a");
    std::vector<PlannedCell> to_run = cells({0, 3});
    book.begin(0, numbers({1}), to_run);
    CHECK_THROWS_WITH_AS(book.add(to_run, numbers({5, 6})), "stop", std::runtime_error);
    CHECK((SweepJournal(folder / "j").cells() == std::map<Index, double>{{0, 5}, {3, 6}}));
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
    Ledger book(r, options, 4);
    CHECK(says(message_of<FileError>([&] { book.open("b"); }), "of another sweep"));
    CHECK(says(message_of<FileError>([&] { book.open("a"); }), (folder / "j").string(),
               "has the cell 8 but the sweep has 8", "name another journal"));
    std::vector<PlannedCell> to_run = cells({0});
    CHECK(says(message_of<FileError>([&] { book.begin(0, numbers({1, 3}), to_run); }), "of another model: prompt 1"));
}

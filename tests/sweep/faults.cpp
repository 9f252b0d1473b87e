// A sweep that fails, wherever: the journal keeps what was finished, and the next run gives the numbers of a sweep that
// did not fail, bit for bit.
#include "suture/sweep/sweep.hpp"

#include "suture/sweep/journal.hpp"

#include "failing_allocator.hpp"
#include "file/files.hpp"
#include "full_disk.hpp"
#include "message.hpp"
#include "sweep/fixture.hpp"

#include <memory>
#include <stdexcept>
#include <string>

namespace {
using namespace sweeping;
using files::Folder;
using suture_test::FullDisk;
using suture_test::MemoryRunsOut;
using suture_test::message_of;
using suture_test::says;

/// A sweep with a journal, in small batches.
struct Fixture {
    Model m = model();
    Pairs p = pairs(2, 1);
    Grid grid = grids(m)[1].second;
    Folder folder;
    int calls = 0, failing = 0;  ///< of the metric, in one run; counted from 1, 0 for none
    Metric metric = metric_of([this](const at::Tensor& logits) {
        if (++calls == failing) throw std::runtime_error("mine");
        return logits.select(-1, 3).select(-1, -1);
    });
    at::Tensor plain = m->forward(p.clean);

    SweepResult run(bool with_journal = true) {
        SweepOptions options;
        options.batch = 24;
        if (with_journal) options.journal = std::make_shared<SweepJournal>(folder / "journal.txt");
        calls = 0;
        return sweep(m, denoising(p.clean, p.corrupted), grid, metric, options);
    }
    std::size_t kept() const { return SweepJournal(folder / "journal.txt").cells().size(); }
    /// The next run is complete, and the model is what it was.
    void check_next(const SweepResult& whole) {
        failing = 0;
        CHECK(m->forward(p.clean).equal(plain));
        const SweepResult next = run();
        CHECK(next.is_complete());
        CHECK(next.values.equal(whole.values));
        CHECK(next.baseline.equal(whole.baseline));
        CHECK(next.ran.equal(whole.ran));
        CHECK(m->forward(p.clean).equal(plain));
    }
};
}  // namespace

TEST_CASE_FIXTURE(Fixture, "a metric that throws, in whichever call, costs only what was not finished") {
    const SweepResult whole = run(false);
    const int all = calls;
    REQUIRE(all > 4);
    for (int n = 1; n <= all; ++n) {
        CAPTURE(n);
        failing = n;
        CHECK_THROWS_WITH_AS((void)run(), "mine", std::runtime_error);
        check_next(whole);
        files::fs::remove(folder / "journal.txt");
    }
}

TEST_CASE_FIXTURE(Fixture, "a sweep that fails again and again gets further each time, and to the end") {
    const SweepResult whole = run(false);
    std::size_t before = 0;
    int runs = 0;
    for (bool failed = true; failed; ++runs) {
        REQUIRE(runs < 100);
        failing = 4;
        failed = message_of<std::runtime_error>([&] { (void)run(); }) == "no error of suture: mine";
        CHECK((kept() > before || !failed));
        before = kept();
    }
    CHECK(runs > 2);
    check_next(whole);
}

TEST_CASE_FIXTURE(Fixture, "a full disk ends a sweep with the journal's path, and the next run finishes it") {
    const SweepResult whole = run(false);
    (void)run();
    const std::string complete = files::bytes_of(folder / "journal.txt");
    for (const std::size_t room :
         {std::size_t{0}, std::size_t{10}, complete.size() / 3, complete.size() / 2, complete.size() - 1}) {
        CAPTURE(room);
        files::fs::remove(folder / "journal.txt");
        std::string said;
        {
            const FullDisk full(room);
            said = message_of<FileError>([&] { (void)run(); });
        }
        CHECK(says(said, (folder / "journal.txt").string(), "cannot be written", "check the space on the disk"));
        CHECK(complete.starts_with(files::bytes_of(folder / "journal.txt")));
        check_next(whole);
    }
}

TEST_CASE_FIXTURE(Fixture, "a sweep that runs out of memory, early or late, is finished by the next run") {
    const SweepResult whole = run(false);
    int failures = 0;
    for (long granted = 0;; granted = 2 * granted + 7) {
        CAPTURE(granted);
        bool failed = false;
        {
            const MemoryRunsOut memory(granted);
            try {
                (void)run();
            } catch (...) {
                if (!memory.has_refused()) throw;
                failed = true;
            }
        }
        check_next(whole);
        files::fs::remove(folder / "journal.txt");
        if (!failed) break;
        ++failures;
    }
    CHECK(failures > 5);
}

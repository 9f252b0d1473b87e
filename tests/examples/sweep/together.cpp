// A sweep shared by several processes: their journals, and their parts of the result.
#include "../../../examples/sweep/together.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <barrier>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

using namespace sweep_program;
using suture::FileError;
using suture::SweepJournal;
using suture::SweepResult;
using suture_test::message_of;
using suture_test::says;

namespace {
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

/// Threads that stand in for processes.
struct Meeting {
    explicit Meeting(int count) : size(count), all_came(count) {}

    int size;
    std::barrier<> all_came;
    std::mutex mutex;
    std::set<std::size_t> claimed;
    at::Tensor total;
};

class ThreadGroup final : public Group {
public:
    ThreadGroup(Meeting& meeting, int rank) : meeting_(meeting), rank_(rank) {}
    int rank() const override { return rank_; }
    int size() const override { return meeting_.size; }
    bool claim(std::size_t piece) override {
        const std::lock_guard lock(meeting_.mutex);
        return meeting_.claimed.insert(piece).second;
    }
    at::Tensor sum(const at::Tensor& mine) override {
        {
            const std::lock_guard lock(meeting_.mutex);
            meeting_.total = meeting_.total.defined() ? meeting_.total.add(mine) : mine;
        }
        meeting_.all_came.arrive_and_wait();
        const at::Tensor total = meeting_.total;
        meeting_.all_came.arrive_and_wait();
        if (rank_ == 0) meeting_.total = at::Tensor();
        meeting_.all_came.arrive_and_wait();
        return total;
    }
    void agree(const std::string&, const std::string&) override { meeting_.all_came.arrive_and_wait(); }

private:
    Meeting& meeting_;
    int rank_;
};

/// Calls `work(group)` in each of `count` processes.
template <class Work>
void in_processes(int count, Work work) {
    Meeting meeting(count);
    std::vector<std::thread> threads;
    for (int rank = 0; rank < count; ++rank)
        threads.emplace_back([&meeting, work, rank] {
            ThreadGroup group(meeting, rank);
            work(group);
        });
    for (std::thread& thread : threads) thread.join();
}

/// The result of a process that has run none of the cells of two prompts and four layers.
SweepResult nothing() {
    SweepResult result;
    result.axes = {{"prompt", {"0", "1"}}, {"layer", {"0", "1", "2", "3"}}};
    result.values = at::full({2, 4}, no_number, at::kDouble);
    result.baseline = at::zeros({2}, at::kDouble);
    result.done = at::zeros({2, 4}, at::kBool);
    result.ran = at::zeros({2, 4}, at::kBool);
    return result;
}
void put(SweepResult& result, Index cell, double value, bool ran) {
    result.values.view({-1})[cell] = value;
    result.done.view({-1})[cell] = true;
    result.ran.view({-1})[cell] = ran;
}
double value_of(const SweepResult& result, Index cell) { return result.values.view({-1})[cell].item<double>(); }

struct Directory {
    Directory() { std::filesystem::create_directories(path); }
    ~Directory() { std::filesystem::remove_all(path); }
    std::filesystem::path path = std::filesystem::temp_directory_path() / "suture-sweep-together-test";

    void write(const std::string& name, const std::map<Index, double>& cells) const {
        SweepJournal journal(path / name);
        journal.begin("a sweep");
        journal.add(cells);
    }
};
}  // namespace

TEST_CASE("every process gets every cell that any of them ran, bit for bit") {
    const double third = 1.0 / 3, least = 5e-324;
    in_processes(3, [&](Group& group) {
        SharedSweep shared{nothing()};
        put(shared.result, 0, 7, false);  // the baseline, which all know
        put(shared.result, 1, 8, true);   // of a journal, which all have read
        if (group.rank() == 0) put(shared.result, 2, third, true);
        if (group.rank() == 1) put(shared.result, 3, -0.0, true), put(shared.result, 4, no_number, true);
        if (group.rank() == 2) put(shared.result, 5, least, true), put(shared.result, 6, -third, true);
        gather(group, shared, {{1, 8}});

        const SweepResult& all = shared.result;
        CHECK(value_of(all, 0) == 7);
        CHECK(value_of(all, 1) == 8);
        CHECK(value_of(all, 2) == third);
        CHECK(std::signbit(value_of(all, 3)));
        CHECK(std::isnan(value_of(all, 4)));
        CHECK(value_of(all, 5) == least);
        CHECK(value_of(all, 6) == -third);
        CHECK(all.done.view({-1}).equal(at::tensor({1, 1, 1, 1, 1, 1, 1, 0}).to(at::kBool)));
        CHECK(all.ran.view({-1}).equal(at::tensor({0, 1, 1, 1, 1, 1, 1, 0}).to(at::kBool)));
        CHECK(shared.ran == 5);
        CHECK(shared.ran_here == (group.rank() == 0 ? 1 : 2));
    });
}

TEST_CASE_FIXTURE(Directory, "a sweep continues from the journals of earlier processes, whatever their number") {
    write("journal-0.txt", {{0, 1.5}});
    write("journal-3.txt", {{5, no_number}, {2, 0.25}});
    in_processes(2, [this](Group& group) {
        const auto journal = open_journal(group, path, true);
        CHECK(journal->cells().size() == 3);
        CHECK(journal->cells().at(2) == 0.25);
        CHECK(journal->path() == path / ("journal-" + std::to_string(group.rank()) + ".txt"));
    });
}

TEST_CASE_FIXTURE(Directory, "a new sweep leaves the journals of another alone") {
    Group alone;
    CHECK(open_journal(alone, path, false)->cells().empty());
    CHECK(open_journal(alone, path, false)->cells().empty());  // nothing was written to the first one
    write("journal-2.txt", {{0, 1.5}});
    CHECK(says(message_of<FileError>([&] { open_journal(alone, path, false); }), "journal-2.txt", "--resume"));
    CHECK(open_journal(alone, path, true)->cells().size() == 1);
}

TEST_CASE_FIXTURE(Directory, "a shared sweep is run by all processes, batch by batch, and counts the cells of each") {
    in_processes(2, [this](Group& group) {
        const SharedSweep shared = sweep_together(group, path, false, {}, [](const suture::SweepOptions& options) {
            SweepResult mine = nothing();
            options.journal->begin("a sweep");
            for (Index cell = 0; cell < 8; ++cell) {
                if (!options.claim(static_cast<std::size_t>(cell))) continue;
                options.journal->add({{cell, 0.5 * static_cast<double>(cell)}});
                put(mine, cell, 0.5 * static_cast<double>(cell), true);
                options.progress({cell + 1, 8});
            }
            return mine;
        });
        CHECK(shared.result.is_complete());
        CHECK(value_of(shared.result, 7) == 3.5);
        CHECK(shared.ran == 8);
        CHECK(shared.known == 0);
        CHECK(shared.processes == 2);
    });
    Group alone;
    CHECK(open_journal(alone, path, true)->cells().size() == 8);
}

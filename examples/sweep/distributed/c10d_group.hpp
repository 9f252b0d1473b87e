// A group of several processes on LibTorch's c10d: a TCPStore counts the claims, and Gloo computes the sums.
#pragma once

#include "gloo.hpp"
#include "group.hpp"
#include "store.hpp"
#include "watch.hpp"

#include <suture/tensor/describe.hpp>
#include <suture/tensor/error.hpp>

#include <ATen/ops/ones.h>

#include <c10/util/Logging.h>

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <future>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

namespace distributed {

/// @see join_group
class C10dGroup final : public Group {
public:
    /// @throws suture::Error if a process does not join, or cannot be reached by the others; suture::ValueError if the
    ///         limit is too short for the heartbeat
    static std::unique_ptr<C10dGroup> join(const Place& place, const Terms& terms) {
        if (terms.limit < 2 * detail::Pulse::beat)
            throw suture::ValueError(
                fmt::format("a limit of {} s is too short for a heartbeat every second: give 2 or "
                            "more",
                            terms.limit.count()));
        FLAGS_caffe2_log_level = 3;  // no warnings: errors are thrown
        std::unique_ptr<C10dGroup> group(new C10dGroup(place, terms));
        group->wait_for_all("here");
        group->sum(at::ones({1}, at::kDouble));  // fails before the work if the processes cannot reach each other
        return group;
    }
    ~C10dGroup() override {
        if (!left_) tell_that_it_stops();
    }

    int rank() const override { return store_.place().rank; }
    int size() const override { return store_.place().size; }

    bool claim(std::size_t piece) override { return count(fmt::format("piece/{}", piece)) == 1; }

    at::Tensor sum(const at::Tensor& mine) override {
        if (!mine.device().is_cpu() || (mine.scalar_type() != at::kDouble && mine.scalar_type() != at::kLong))
            throw suture::TypeError("expected float64 or int64 on cpu, got " + suture::tensor_text(mine) +
                                    ": convert the tensor to sum");
        agree("tensor to sum", suture::tensor_text(mine));
        const detail::Sum total = all_reduce(mine);
        wait_for_all(next("summed"));  // no process disconnects before all have the sum
        return total.tensor;
    }

    void agree(const std::string& what, const std::string& text) override {
        const std::vector<std::string> all = wait_for_all(next("agree"), text);
        for (const int other : everyone())
            if (all[other] != all[0])
                store_.end(
                    fmt::format("{} differs from rank 0 in its {}, '{}' instead of '{}': start all processes alike",
                                detail::named({other}, size()), what, all[other], all[0]));
    }

    void leave() override {
        left_ = true;
        try {
            if (store_.place().hosts_store())
                wait_for_all("left");
            else
                say("left", "");
        } catch (const suture::Error&) {  // a process that dies after the work is done loses nothing
        }
    }

private:
    C10dGroup(const Place& place, const Terms& terms) : device_(detail::gloo_device()), store_(place, terms) {}

    void tell_that_it_stops() {
        try {
            store_.end(detail::named({rank()}, size()) + " stopped before its work was done: see its output");
        } catch (...) {  // end() throws after telling the others; there is nobody left to tell here
        }
    }

    std::string next(const char* step) { return fmt::format("{}/{}", step, steps_++); }
    std::int64_t count(const std::string& key) {
        return store_.ask([key](c10d::Store& store) { return store.add(key, 1); });
    }
    void say(const std::string& point, const std::string& text) {
        store_.ask([key = fmt::format("{}/{}", point, rank()), text](c10d::Store& store) {
            store.set(key, detail::bytes_of(text));
        });
    }
    std::vector<int> everyone() const {
        std::vector<int> ranks(size());
        std::iota(ranks.begin(), ranks.end(), 0);
        return ranks;
    }
    std::vector<std::string> keys(const std::string& point) const {
        std::vector<std::string> all;
        for (const int rank : everyone()) all.push_back(fmt::format("{}/{}", point, rank));
        return all;
    }
    bool all_are_at(const std::string& point) {
        return store_.ask([keys = keys(point)](c10d::Store& store) { return store.check(keys); });
    }
    std::vector<int> missing_at(const std::string& point) {
        return store_.ask([keys = keys(point), ranks = everyone()](c10d::Store& store) mutable {
            std::erase_if(ranks, [&](int rank) { return store.check({keys[rank]}); });
            return ranks;
        });
    }
    /// Waits until all ranks have reached this point, and returns their texts.
    std::vector<std::string> wait_for_all(const std::string& point, const std::string& text = "") {
        say(point, text);
        detail::Watch watch(store_);
        while (!all_are_at(point)) watch.look([&] { return missing_at(point); });
        return store_.ask([keys = keys(point)](c10d::Store& store) {
            std::vector<std::string> said;
            for (const std::string& key : keys) said.push_back(detail::text_of(store.get(key)));
            return said;
        });
    }

    detail::Sum all_reduce(const at::Tensor& mine) {
        Place place = store_.place();
        place.prefix += next("gloo") + "/";
        auto sum =
            detail::set_off([place, limit = store_.terms().limit, device = device_, mine = mine.detach().clone()] {
                return detail::all_reduce(place, limit, device, mine);
            });
        detail::Watch watch(store_);
        while (sum.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
            watch.look([&] { return everyone(); });
        try {
            return sum.get();
        } catch (const std::exception& e) {
            explain(e, watch);
        }
    }
    /// Gloo does not say whose connection broke, but a process that died will miss its heartbeats.
    [[noreturn]] void explain(const std::exception& e, detail::Watch& watch) {
        const auto until = std::chrono::steady_clock::now() + store_.terms().limit + 3 * detail::Pulse::beat;
        while (std::chrono::steady_clock::now() < until) watch.look([&] { return everyone(); });
        throw suture::Error(
            fmt::format("the processes reach the store at {} but not one another ({}): set "
                        "GLOO_SOCKET_IFNAME to the network interface that joins their machines",
                        store_.place().address(), detail::words_of(e)));
    }

    detail::Device device_;
    detail::SharedStore store_;
    std::size_t steps_ = 0;
    bool left_ = false;
};

}  // namespace distributed

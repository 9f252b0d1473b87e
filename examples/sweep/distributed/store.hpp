// The table that a group shares, with the heartbeats of its processes and the reason why it ended.
// Law: no call waits longer than the limit, whatever happens to the other processes.
#pragma once

#include "group.hpp"
#include "place.hpp"
#include "pulse.hpp"
#include "set_off.hpp"
#include "tcp_store.hpp"

#include <suture/tensor/error.hpp>

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <string>
#include <thread>
#include <utility>

namespace distributed::detail {

/// The store as this process sees it. Errors say what happened to the group.
class SharedStore {
public:
    /// @throws suture::Error if the store cannot be opened or reached within the limit
    SharedStore(const Place& place, Terms terms)
        : place_(place), terms_(std::move(terms)), store_(open(place, terms_.limit)), pulse_(store_, place.rank) {}
    SharedStore(const SharedStore&) = delete;
    SharedStore& operator=(const SharedStore&) = delete;
    /// The store vanishes with its host, so the others are given time to read a verdict.
    ~SharedStore() {
        if (place_.hosts_store() && has_ended()) std::this_thread::sleep_for(2 * Pulse::beat);
    }

    /// The result of a call with the c10d::Store. It must not wait for keys: the pulse uses the same connection.
    /// @throws suture::Error with the verdict, or if the store is gone; then every later call throws at once
    template <class Call>
    auto ask(Call call) {
        if (!gone_.empty()) throw suture::Error(gone_);
        auto answer = set_off([store = store_, call = std::move(call)]() mutable { return call(*store); });
        std::string why = fmt::format("no response within {} s", terms_.limit.count());
        try {
            if (came_within(answer, terms_.limit)) return answer.get();
        } catch (const std::exception& e) {
            why = words_of(e);
        }
        const std::string verdict = pulse_.verdict();
        gone_ = verdict.empty() ? lost(why) : verdict;
        throw suture::Error(gone_);
    }

    /// Ends the group with this message, or with that of the first process that ended it.
    [[noreturn]] void end(const std::string& words) {
        throw suture::Error(
            ask([words](c10d::Store& store) { return text_of(store.compareSet(verdict_key, {}, bytes_of(words))); }));
    }

    /// @throws suture::Error with the verdict if there is one
    void check_verdict() {
        const std::string verdict = ask([](c10d::Store& store) { return verdict_in(store); });
        if (!verdict.empty()) throw suture::Error(verdict);
    }

    const Place& place() const { return place_; }
    const Terms& terms() const { return terms_; }

private:
    static StorePtr open(const Place& place, std::chrono::seconds limit) {
        const auto patience = limit + Pulse::beat;  // c10d tries once a second, and gives up early
        auto store = set_off([=] {
            StorePtr opened = connect(place, place.hosts_store(), patience);
            introduce(*opened, place);
            return opened;
        });
        std::string why = "timed out";
        try {
            if (came_within(store, patience)) return store.get();
        } catch (const suture::Error&) {
            throw;
        } catch (const std::exception& e) {
            why = words_of(e);
        }
        throw suture::Error(place.hosts_store() ? not_opened(place, why) : not_there(place, limit, why));
    }
    /// Refuses processes of other groups, and surplus ones.
    static void introduce(c10d::Store& store, const Place& place) {
        store.check({verdict_key});  // another program may accept connections at this port, but does not answer this
        const std::string size = std::to_string(place.size);
        const std::string first = text_of(store.compareSet("size", {}, bytes_of(size)));
        if (first != size)
            throw suture::Error(
                fmt::format("WORLD_SIZE is {}, but {} for the group at {}: give all processes the same, and "
                            "each group its own MASTER_PORT",
                            size, first, place.address()));
        if (store.add(fmt::format("came/{}", place.rank), 1) > 1)
            throw suture::Error(
                fmt::format("the group at {} already has a process with RANK {}: give each process its own "
                            "RANK, and each group its own MASTER_PORT",
                            place.address(), place.rank));
    }
    static std::string not_opened(const Place& place, const std::string& why) {
        if (why.find("already in use") != std::string::npos)
            return fmt::format("MASTER_PORT {} is already in use on this machine: give a free port", place.port);
        return fmt::format("rank 0 cannot open a store at {} ({}): set MASTER_ADDR to the host name of its machine",
                           place.address(), why);
    }
    static std::string not_there(const Place& place, std::chrono::seconds limit, const std::string& why) {
        const bool is_known = why.find("timed out") != std::string::npos;
        return fmt::format(
            "{} did not open the store at {} within {} s{}: start all processes with the same MASTER_ADDR and "
            "MASTER_PORT, a port that no other program uses",
            place.store_host(), place.address(), limit.count(), is_known ? "" : " (" + why + ")");
    }

    bool has_ended() {
        try {
            check_verdict();
            return false;
        } catch (...) {
            return gone_.empty();
        }
    }
    std::string lost(const std::string& why) const {
        return fmt::format("{}, which hosts the store of the group at {}, is gone ({}): {}", place_.store_host(),
                           place_.address(), why, terms_.advice);
    }

    Place place_;
    Terms terms_;
    StorePtr store_;
    Pulse pulse_;
    std::string gone_;  ///< why the store does not respond
};

}  // namespace distributed::detail

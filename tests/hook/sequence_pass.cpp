#include <suture/hook/sequence_pass.hpp>

#include <suture/edit/on.hpp>
#include <suture/hook/board.hpp>
#include <suture/hook/hook_set.hpp>
#include <suture/record/history.hpp>
#include <suture/record/latest.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <functional>
#include <random>
#include <string>
#include <vector>

using namespace suture;
using suture_test::message_of;

using Qkv = Fused<12, Q<4, 2>, K<4, 2>, V<4, 2>>;
using ByHead = Grouped<2, Q<3>, K<2>, V<1>>;

namespace {

/// Whether the call ends in an error of suture with these words.
bool ends_in(const std::function<void()>& call, const std::string& words) {
    try {
        call();
    } catch (const Error& e) {
        INFO(e.what());
        const bool has = std::string(e.what()).find(words) != std::string::npos;
        CHECK(has);
        return has;
    }
    return false;
}

/// A batch of sequences [length, 12], padded to one width.
struct Batch {
    std::vector<at::Tensor> rows;
    SequencePositions at;
    at::Tensor padded;
};

Batch batch_of(const std::vector<Index>& lengths, bool left, Index room = 0) {
    const Index columns = *std::max_element(lengths.begin(), lengths.end()) + room;
    Batch b;
    b.at.columns = columns;
    std::vector<at::Tensor> whole;
    for (const Index n : lengths) {
        b.rows.push_back(at::randn({n, 12}));
        const at::Tensor padding = at::full({columns - n, 12}, 77.0);
        whole.push_back(left ? at::cat({padding, b.rows.back()}) : at::cat({b.rows.back(), padding}));
        b.at.first.push_back(left ? n - columns : 0);
        b.at.length.push_back(n);
    }
    b.padded = at::stack(whole);
    return b;
}
std::vector<Batch> batches() {
    std::vector<Batch> all;
    for (const bool left : {false, true})
        for (const std::vector<Index>& lengths : std::vector<std::vector<Index>>{{5, 5, 5}, {7, 4, 6}, {3, 9, 5}, {6}})
            for (const Index room : {0, 2}) all.push_back(batch_of(lengths, left, room));
    return all;
}
/// What leaves a site at which the pass stands there.
at::Tensor pass(const HookPoint<Qkv>& site, const at::Tensor& x, const SequencePositions& at) {
    const SequencePass here(at);
    return site(x);
}
/// The sequence of row r of what passed.
at::Tensor sequence(const at::Tensor& x, const SequencePositions& at, std::size_t r) {
    return x[static_cast<Index>(r)].narrow(0, -std::min<Index>(at.first[r], 0), at.length[r]);
}

/// A recipe, given the row that is alone; -1 for the whole batch.
using AddTo = std::function<void(HookSet&, const HookPoint<Qkv>&, int row)>;

at::Tensor of_row(const at::Tensor& by_row, int row) { return row < 0 ? by_row : by_row.narrow(0, row, 1); }

/// Recipes whose positions every row has: sequences of three positions at least.
std::vector<AddTo> recipes(Index rows, const std::vector<Index>& lengths) {
    const at::Tensor vector = at::randn({4}), list = at::tensor(std::vector<Index>{2, 0}),
                     one = at::randint(-3, 3, {rows}, at::kLong),
                     several = at::tensor(std::vector<Index>{0, -1}).repeat({rows, 1}),
                     longest = at::zeros({rows, *std::max_element(lengths.begin(), lengths.end())}, at::kBool);
    for (Index r = 0; r < rows; ++r)
        longest[r]
            .narrow(0, 0, lengths[static_cast<std::size_t>(r)])
            .copy_(at::rand({lengths[static_cast<std::size_t>(r)]}).gt(0.4)),
            longest[r][1].fill_(true);
    return {
        [=](HookSet& h, auto& site, int) { h.add(site, on<Q>(token(2)).set(vector)); },
        [=](HookSet& h, auto& site, int) { h.add(site, on<K>(token(-1), head(1)).multiply(3)); },
        [=](HookSet& h, auto& site, int) { h.add(site, on<V>(tokens(1, 3), dims<0, 3>).add(2)); },
        [=](HookSet& h, auto& site, int) { h.add(site, on<V>(tokens(1, to_end)).add(vector)); },
        [=](HookSet& h, auto& site, int) {
            h.add(site, on<Q>(tokens(-3, -1), heads({1, 0})).zero());
        },
        [=](HookSet& h, auto& site, int) { h.add(site, on<Qkv>(tokens(list)).multiply(-1)); },
        [=](HookSet& h, auto& site, int row) { h.add(site, on<K>(token(of_row(one, row))).set(vector)); },
        [=](HookSet& h, auto& site, int row) { h.add(site, on<K>(tokens(of_row(several, row))).add(vector)); },
        [=](HookSet& h, auto& site, int row) {
            h.add(site,
                  on<V>(mask(row < 0 ? longest : longest[row].narrow(0, 0, lengths[static_cast<std::size_t>(row)])))
                      .zero());
        },
        [=](HookSet& h, auto& site, int) {
            h.add(site, on<Q>(token(0)).set(1) | on<V>(token(-2)).apply([](const at::Tensor& t) { return t.mul(2); }));
        },
        [=](HookSet& h, auto& site, int row) {
            if (row <= 0) h.add(site, on<Q>(batch(0), token(-1)).set(5));
        },
        [=](HookSet& h, auto& site, int row) {
            if (row <= 0) h.add(site, on<Q>(batch(0), tokens(1, to_end)).set(5));
        },
        [=](HookSet& h, auto& site, int) {
            h.add(site, [](const View<Qkv>& x) { return x | on<Q>(token(-1)).set(x[on<Q>(token(1))]); });
        },
        [=](HookSet& h, auto& site, int) {
            h.add(site, [](const View<Qkv>& x) {
                Owned<Qkv> mine = x.clone();
                mine[on<V>(token(1))] += mine[on<V>(token(-1))];
                mine[on<Q>(tokens(0, 2))] = 0;
                return mine;
            });
        },
        [=](HookSet& h, auto& site, int) {
            Board<Qkv> board;
            board[0][on<Q>(token(2))] = vector;
            h.add(site, board);
        },
    };
}

}  // namespace

TEST_CASE("an edit behind padding does to each row what it does to that row's sequence alone") {
    at::manual_seed(1);
    for (const Batch& b : batches()) {
        const auto rows = static_cast<Index>(b.rows.size());
        std::size_t number = 0;
        for (const AddTo& recipe : recipes(rows, b.at.length)) {
            CAPTURE(number++);
            CAPTURE(b.at.first);
            HookPoint<Qkv> site("h.0");
            HookSet hooks;
            recipe(hooks, site, -1);
            const at::Tensor before = b.padded.clone();
            const at::Tensor out = [&] {
                const auto scope = hooks.activate();
                return pass(site, b.padded, b.at);
            }();
            REQUIRE(b.padded.equal(before));
            for (std::size_t r = 0; r < b.rows.size(); ++r) {
                HookSet alone;
                recipe(alone, site, static_cast<int>(r));
                const auto scope = alone.activate();
                CHECK(sequence(out, b.at, r).equal(site(b.rows[r].unsqueeze(0))[0]));
            }
        }
    }
}

TEST_CASE("passes that hold a few positions each do together what one pass does, and wait for theirs") {
    at::manual_seed(2);
    std::mt19937 random(3);
    for (const std::vector<Index>& lengths : std::vector<std::vector<Index>>{{6, 6}, {5}, {7, 4, 6}}) {
        const Batch prompt = batch_of(lengths, true);
        const Index steps = 4;
        const at::Tensor tail = at::randn({prompt.at.rows(), steps, 12});
        std::vector<at::Tensor> whole;
        for (std::size_t r = 0; r < prompt.rows.size(); ++r)
            whole.push_back(at::cat({prompt.rows[r], tail[static_cast<Index>(r)]}));
        const at::Tensor vector = at::randn({4});
        // Positions that do not count from the end, which moves.
        const auto check = [&](const auto& edit, bool may_be_idle = false) {
            HookPoint<Qkv> site("h.0");
            HookSet hooks;
            auto key = hooks.add(site, edit);
            if (may_be_idle) key.may_be_idle();
            std::vector<at::Tensor> out;
            {
                const auto scope = hooks.activate();
                SequencePositions at = prompt.at;
                at.prompt = at.length, at.is_growing = true;
                out.push_back(pass(site, prompt.padded, at));
                for (Index i = 0; i < steps; ++i) {
                    at.columns = 1, at.first = at.length;
                    for (Index& n : at.length) ++n;
                    out.push_back(pass(site, tail.narrow(1, i, 1), at));
                }
                scope.end();
            }
            const at::Tensor all = at::cat(out, 1);
            for (std::size_t r = 0; r < whole.size(); ++r) {
                const Index n = whole[r].size(0);
                CAPTURE(r);
                SequencePositions at{n, {0}, {n}, {prompt.at.length[r]}, true};
                CHECK(all[static_cast<Index>(r)].narrow(0, all.size(1) - n, n).equal([&] {
                    const auto scope = hooks.activate();
                    return pass(site, whole[r].unsqueeze(0), at);
                }()[0]));
            }
        };
        check(on<Q>(token(2)).set(vector));
        check(on<Q>(token(7)).set(vector));
        check(on<K>(tokens(1, 8)).add(vector));
        check(on<K>(tokens(1, to_end)).add(vector));
        check(on<V>(tokens({0, 7, 3})).zero());
        check(on<V>(mask(at::arange(20).gt(4))).add(1));
        check(on<Q>(suture::prompt()).zero());
        check(on<Q>(generated()).zero());
        check(on<Q>(step(2)).set(vector) | on<V>(token(0)).set(3));
    }
}

namespace {
/// A prompt of two rows, [3, 12] and [2, 12] behind one column of padding, and two generated tokens each.
struct Generation {
    HookPoint<Qkv> site{"h.0"};
    Batch prompt = batch_of({3, 2}, true);
    at::Tensor tail = at::randn({2, 2, 12});

    /// What leaves the site in the three passes: [2, 5, 12].
    at::Tensor run() const {
        SequencePositions at = prompt.at;
        at.prompt = at.length, at.is_growing = true;
        std::vector<at::Tensor> out{pass(site, prompt.padded, at)};
        for (Index i = 0; i < 2; ++i) {
            at.columns = 1, at.first = at.length;
            for (Index& n : at.length) ++n;
            out.push_back(pass(site, tail.narrow(1, i, 1), at));
        }
        return at::cat(out, 1);
    }
    at::Tensor given() const { return at::cat({prompt.padded, tail}, 1); }
    /// Where the values of the queries differ from what was given: [2, 5].
    at::Tensor changed(HookSet& hooks) const {
        const auto scope = hooks.activate();
        return run().ne(given()).any(-1);
    }
};
at::Tensor where(std::vector<std::vector<Index>> rows) {
    at::Tensor m = at::zeros({2, 5}, at::kBool);
    for (std::size_t r = 0; r < rows.size(); ++r)
        for (const Index c : rows[r]) m[static_cast<Index>(r)][c].fill_(true);
    return m;
}
}  // namespace

TEST_CASE_FIXTURE(Generation, "the prompt, what is generated and its steps are positions of each row's sequence") {
    const auto changed_by = [&](const auto& edit) {
        HookSet hooks;
        hooks.add(site, edit);
        return changed(hooks);
    };
    CHECK(changed_by(on<Q>(suture::prompt()).add(1)).equal(where({{0, 1, 2}, {1, 2}})));
    CHECK(changed_by(on<Q>(generated()).add(1)).equal(where({{3, 4}, {3, 4}})));
    CHECK(changed_by(on<Q>(step(0)).add(1)).equal(where({{3}, {3}})));
    CHECK(changed_by(on<Q>(step(1)).add(1)).equal(where({{4}, {4}})));
    CHECK(changed_by(on<Q>(token(2)).add(1)).equal(where({{2}, {3}})));
    CHECK(changed_by(on<Q>(token(-1)).add(1)).equal(where({{2, 3, 4}, {2, 3, 4}})));
    CHECK(changed_by(on<Q>(token(0)).add(1)).equal(where({{0}, {1}})));
    CHECK(changed_by(on<Q>(tokens(2, 4)).add(1)).equal(where({{2, 3}, {3, 4}})));
    CHECK(changed_by(on<Q>(batch(1), tokens(2, 4)).add(1)).equal(where({{}, {3, 4}})));
    CHECK(changed_by(on<Q>().add(1)).equal(at::ones({2, 5}, at::kBool)));
}

TEST_CASE_FIXTURE(Generation,
                  "a hook that a whole generation never touched is reported, and one that fired once is not") {
    HookSet hooks;
    HookKey key = hooks.add(site, on<Q>(token(7)).zero());
    CHECK(ends_in([&] { changed(hooks); },
                  "these hooks never fired: h.0 (Q[token 7] = 0, at positions that no pass held): their sites were "
                  "passed, but the sequences have no such positions"));
    CHECK(key.fired() == 0);
    HookSet others;
    HookKey first = others.add(site, on<Q>(token(0)).zero()), last = others.add(site, on<Q>(step(1)).zero()),
            newest = others.add(site, on<Q>(token(-1)).zero());
    changed(others);
    CHECK(first.fired() == 1);
    CHECK(last.fired() == 1);
    CHECK(newest.fired() == 3);
}

TEST_CASE_FIXTURE(Generation, "a board edits the positions of sequences, and waits for them") {
    Board<Qkv> board;
    HookSet hooks;
    hooks.add(site, board);
    board[0][on<Q>(token(2))] = 5.0;
    board[0][on<V>(step(1))] = 6.0;
    CHECK(changed(hooks).equal(where({{2, 4}, {3, 4}})));
    board.clear(0);
    board[0][on<Q>(token(9))] = 5.0;
    CHECK(ends_in([&] { changed(hooks); }, "never fired"));
}

TEST_CASE_FIXTURE(Generation, "recorders number positions by the sequence, and put prefill and steps together") {
    History<Qkv> all;
    History<Q<4, 2>> queries;
    History<Qkv> newest(on<Qkv>(token(-1)));
    Latest<Qkv> latest, second(on<Qkv>(token(1)));
    HookSet hooks;
    hooks.add(site, all), hooks.add(site, queries), hooks.add(site, newest), hooks.add(site, latest);
    hooks.add(site, second);
    {
        const auto scope = hooks.activate();
        (void)run();
    }
    const PaddedEntries padded = all.padded(0);
    CHECK(padded.lengths.equal(at::tensor(std::vector<Index>{5, 4})));
    CHECK(padded.values[0].equal(at::cat({prompt.rows[0], tail[0]})));
    CHECK(padded.values[1].narrow(0, 0, 4).equal(at::cat({prompt.rows[1], tail[1]})));
    CHECK(padded.values[1][4].eq(0).all().item<bool>());
    CHECK(queries.padded(0).values.equal(padded.values.narrow(-1, 0, 4)));
    CHECK(
        ends_in([&] { (void)all.stack(0); }, "the sequences that h.0 recorded have 5 and 4 positions: write padded()"));
    CHECK(ends_in([&] { (void)all.cat(0); }, "columns are not their positions: write stack(), or padded()"));
    CHECK(newest.stack(0).sizes() == at::IntArrayRef({3, 2, 12}));
    CHECK(newest.stack(0).unsafe_tensor()[2].equal(tail.select(1, 1)));
    CHECK(latest[0][on<Qkv>(token(-1))].clone().equal(tail.select(1, 1)));
    CHECK(ends_in([&] { (void)latest[0][on<Qkv>(token(0))]; }, "token 0 is in no row of this pass of the View"));
    CHECK(second[0].unsafe_tensor().equal(at::stack({prompt.rows[0][1], prompt.rows[1][1]})));
    CHECK(all.of(0).begin()->positions()->first == std::vector<Index>{0, -1});
    CHECK(all.of(0).begin()[2].positions()->first == std::vector<Index>{4, 3});

    // A second generation gives further rows; one whose beginning was not recorded is refused.
    {
        const auto scope = hooks.activate();
        (void)run();
    }
    CHECK(all.padded(0).lengths.equal(at::tensor(std::vector<Index>{5, 4, 5, 4})));
    all.clear();
    {
        HookSet again;
        again.add(site, all);
        const auto scope = again.activate();
        SequencePositions at{1, {3, 2}, {4, 3}, {3, 2}, true};
        (void)pass(site, tail.narrow(1, 0, 1), at);
    }
    CHECK(ends_in([&] { (void)all.padded(0); },
                  "goes on with sequences of which the positions before it were not recorded"));
}

TEST_CASE("the rows of one length are stacked over prefill and steps") {
    HookPoint<Qkv> site("h.0");
    History<Qkv> all;
    HookSet hooks;
    hooks.add(site, all);
    const at::Tensor prompt = at::randn({2, 3, 12}), tail = at::randn({2, 1, 12});
    {
        const auto scope = hooks.activate();
        (void)pass(site, prompt, {3, {0, 0}, {3, 3}, {3, 3}, true});
        (void)pass(site, tail, {1, {3, 3}, {4, 4}, {3, 3}, true});
    }
    CHECK(all.stack(0).unsafe_tensor().equal(at::cat({prompt, tail}, 1)));
    const Owned<Qkv> whole = all.stack(0);
    CHECK(whole[on<V>(token(-1))].clone().equal(tail.select(1, 0).narrow(-1, 8, 4)));
}

TEST_CASE("a position that a row does not have is an error that names the row") {
    HookPoint<Qkv> site("h.0");
    const Batch b = batch_of({5, 3}, true);
    const auto error_of = [&](const auto& edit) {
        HookSet hooks;
        hooks.add(site, edit).may_be_idle();
        const auto scope = hooks.activate();
        return message_of<PositionError>([&] { (void)pass(site, b.padded, b.at); });
    };
    CHECK(error_of(on<Q>(token(3)).zero()) ==
          "h.0: Q[token 3] = 0: token 3 is outside row 1 of the activation, whose sequence has 3 tokens: count from 0, "
          "or "
          "from -1 for the last, or name the rows, batch(0)");
    CHECK(error_of(on<Q>(token(-4)).zero()).find("token -4 is outside row 1") != std::string::npos);
    CHECK(error_of(on<Q>(tokens(1, 5)).zero()).find("token 4 is outside row 1") != std::string::npos);
    CHECK(error_of(on<Q>(tokens(2, 2)).zero()).find("selects nothing of row 0") != std::string::npos);
    CHECK(error_of(on<Q>(tokens({0, 4})).zero()).find("token 4 is outside row 1") != std::string::npos);
    CHECK(error_of(on<Q>(tokens({0, 0})).zero()).find("names a token twice in row 0") != std::string::npos);
    CHECK(error_of(on<Q>(mask(at::ones({2, 5}, at::kBool))).zero()).find("the mask is true at position 3 of row 1") !=
          std::string::npos);
    CHECK(error_of(on<Q>(mask(at::ones({2, 4}, at::kBool))).zero())
              .find("the mask speaks of 4 positions, but row 0 of the activation holds position 4") !=
          std::string::npos);
    CHECK(error_of(on<Q>(suture::prompt()).zero()).find("is not one of a generation") != std::string::npos);
    CHECK(error_of(on<Q>(batch(0), token(3)).zero()) == "nothing was thrown");
    // The same without a pass that says where it stands.
    HookSet hooks;
    hooks.add(site, on<Q>(generated()).zero());
    const auto scope = hooks.activate();
    CHECK(ends_in([&] { (void)site(b.padded); }, "is not one of a generation, so nothing says where its prompt ends"));
    CHECK(ends_in([&] { SequencePass({4, {0}, {3, 4}}); }, "1 first positions, 2 lengths"));
    CHECK(ends_in([&] { SequencePass({4, {0}, {5}}); }, "row 0 has 5 positions, but its 4 columns begin"));
}

TEST_CASE("a piped edit whose positions another pass holds is an error, and not lost") {
    HookPoint<Qkv> site("h.0");
    HookSet hooks;
    hooks.add(site, [](const View<Qkv>& x) { return x | on<Q>(token(0)).zero(); });
    const auto scope = hooks.activate();
    const at::Tensor x = at::randn({1, 1, 12});
    CHECK(ends_in(
        [&] {
            (void)pass(site, x, {1, {4}, {5}, {}, true});
        },
        "Q[token 0] = 0: no row of this pass holds these positions, but an earlier or a later one"));
}

TEST_CASE("a View is injected at the same positions of the sequences, whatever the padding") {
    HookPoint<Qkv> site("h.0");
    const Batch left = batch_of({5, 3}, true), right = batch_of({5, 3}, false, 2);
    Latest<Qkv> clean;
    HookSet record;
    record.add(site, clean);
    {
        const auto scope = record.activate();
        (void)pass(site, left.padded, left.at);
    }
    HookSet hooks;
    hooks.add(site, on<Q>(token(-2)).set(clean[0][on<Q>()]));
    {
        const auto scope = hooks.activate();
        const at::Tensor out = pass(site, right.padded, right.at);
        for (std::size_t r = 0; r < 2; ++r) {
            const Index at = right.at.length[r] - 2;
            CHECK(out[static_cast<Index>(r)][at].narrow(0, 0, 4).equal(left.rows[r][at].narrow(0, 0, 4)));
        }
    }
    HookSet whole;
    whole.add(site, on<Q>().set(clean[0][on<Q>()]));
    const auto scope = whole.activate();
    CHECK(pass(site, left.padded.add(1), left.at).narrow(-1, 0, 4).equal(left.padded.narrow(-1, 0, 4)));
    CHECK(
        ends_in([&] { (void)pass(site, right.padded, right.at); }, "stand at different positions of their sequences"));
    CHECK(ends_in([&] { (void)site(left.padded); }, "stand at different positions of their sequences"));
}

TEST_CASE("gradients are edited at the positions of the sequences") {
    HookPoint<Qkv> site("h.0");
    const Batch b = batch_of({4, 2}, true);
    HookSet hooks;
    hooks.add_backward(site, on<Q>(token(0)).zero());
    const at::Tensor x = b.padded.clone().requires_grad_();
    {
        const auto scope = hooks.activate();
        pass(site, x, b.at).sum().backward();
    }
    at::Tensor expected = at::ones_like(x);
    expected[0][0].narrow(0, 0, 4).zero_(), expected[1][2].narrow(0, 0, 4).zero_();
    CHECK(x.grad().equal(expected));
}

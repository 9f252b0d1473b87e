#include <suture/hook/board.hpp>
#include <suture/hook/hook_set.hpp>

#include <ATen/ATen.h>
#include <range/v3/range/conversion.hpp>
#include <range/v3/view/transform.hpp>

#include "doctest.hpp"
#include "message.hpp"

#include <optional>
#include <sstream>
#include <string>
#include <vector>

using namespace suture;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<6, Q<2>, K<2>, V<2>>;
using ByHead = Grouped<3, Q<2>, K<1>, V<1>>;

namespace {

const at::Tensor x = at::arange(30, at::kFloat).reshape({1, 5, 6});

/// A model of three layers, each of which passes the same activation.
struct fixture {
    std::vector<HookPoint<Qkv>> layers{HookPoint<Qkv>{"h.0"}, HookPoint<Qkv>{"h.1"}, HookPoint<Qkv>{"h.2"}};
    HookSet hooks;
    Board<Qkv> board;
    std::optional<HookKey> key;

    void attach() { key = hooks.add(layers, board); }
    /// What leaves each layer.
    std::vector<at::Tensor> pass(const at::Tensor& in = x) {
        const auto scope = hooks.activate();
        std::vector<at::Tensor> out;
        for (const auto& layer : layers) out.push_back(layer(in));
        return out;
    }
    at::Tensor set(int layer) { return pass().at(static_cast<std::size_t>(layer)); }
};

at::Tensor full(double value) { return at::full({1, 5, 6}, value); }

}  // namespace

TEST_CASE_FIXTURE(fixture, "an empty board changes nothing, not even the tensor's identity") {
    attach();
    for (const at::Tensor& t : pass()) CHECK(t.is_same(x));
    CHECK(to_string(board) == "an empty board\n");
}

TEST_CASE_FIXTURE(fixture, "a replacement takes effect at its layer only, and can be changed between passes") {
    attach();
    board[1] = at::zeros({1, 1, 6});
    auto out = pass();
    CHECK(out[0].is_same(x));
    CHECK(out[1].equal(full(0)));
    CHECK(out[2].is_same(x));
    board[1] = 7;
    CHECK(set(1).equal(full(7)));
    board.clear(1);
    CHECK(set(1).is_same(x));
}

TEST_CASE_FIXTURE(fixture, "a replacement may be a number, a tensor, a View, an Owned, a slot or a recipe") {
    attach();
    board[0] = 2.5;
    CHECK(set(0).equal(full(2.5)));
    board[0] = at::full({6}, 3.0f);
    CHECK(set(0).equal(full(3)));
    const at::Tensor other = at::randn({1, 5, 6});
    board[0] = borrow<Qkv>(other);
    CHECK(set(0).equal(other));
    board[0] = borrow<Qkv>(other).clone();
    CHECK(set(0).equal(other));
    Owned<Qkv> owned = borrow<Qkv>(other * 2).clone();
    board[0] = std::move(owned);
    CHECK(set(0).equal(other * 2));
    Slot slot = at::ones({6});
    board[0] = slot;
    CHECK(set(0).equal(full(1)));
    slot = at::zeros({6});
    CHECK(set(0).equal(full(0)));
    board[0] = on<Q>(token(4)).zero() | on<K>().add(1);
    CHECK(set(0).equal((borrow<Qkv>(x) | (on<Q>(token(4)).zero() | on<K>().add(1))).take()));
}

TEST_CASE_FIXTURE(fixture, "parts of a layer add up, and the same part is replaced") {
    attach();
    board[2][on<Q>(token(4))] = 5;
    board[2][on<V<2>>()] = at::full({2}, 9.0f);
    const auto expected = [](double q) { return (borrow<Qkv>(x) | on<Q>(token(4)).set(q) | on<V>().set(9)).take(); };
    CHECK(set(2).equal(expected(5)));
    board[2][on<Q>(token(4))] = 6;
    CHECK(set(2).equal(expected(6)));
    CHECK(to_string(board) == "2: V = float32 [2] | Q[token 4] = 6\n");
}

TEST_CASE_FIXTURE(fixture, "parts selected by different masks or indices are different parts") {
    attach();
    const at::Tensor first = at::arange(5).eq(0), last = at::arange(5).eq(4);
    board[0][on<Q>(mask(first))] = 5;
    board[0][on<Q>(mask(last))] = 7;
    CHECK(set(0)[0][0][0].item<float>() == 5);
    CHECK(set(0)[0][4][0].item<float>() == 7);
    board[0][on<Q>(mask(first))] = 6;
    CHECK(set(0)[0][0][0].item<float>() == 6);
}

TEST_CASE("parts that print alike but lie elsewhere do not replace each other") {
    using TwoQueries = Fused<6, Q<2>, Q<4>>;
    const HookPoint<TwoQueries> site{"h.0"};
    HookSet hooks;
    Board<TwoQueries> board;
    hooks.add(site, board);
    board[0][on<Q<2>>()] = 1;
    board[0][on<Q<4>>()] = 2;
    CHECK(to_string(board) == "0: Q = 1 | Q = 2\n");
    board[0][on<Q<2>>()] = 3;
    const auto scope = hooks.activate();
    CHECK(site(at::zeros({6})).equal(at::tensor({3.0f, 3.0f, 2.0f, 2.0f, 2.0f, 2.0f})));
}

TEST_CASE_FIXTURE(fixture, "the same part is replaced however its component and channels are written") {
    attach();
    board[0][on<Q<2>>(token(4))] = 5;
    board[0][on<Q>(token(4))] = 6;
    board[0][on<Q>(token(4), dims<0, 2>)] = 7;
    CHECK(to_string(board) == "0: Q[token 4, dims 0:2] = 7\n");
    board[0][on<Q>(token(3))] = 8;
    board[0][on<Q>(tokens(4, 5))] = 9;
    board[0][on<Q>(batch(0), token(4))] = 10;
    CHECK(to_string(board) ==
          "0: Q[token 4, dims 0:2] = 7 | Q[token 3] = 8 | Q[tokens 4:5] = 9 | "
          "Q[batch 0, token 4] = 10\n");
    CHECK(set(0)[0][4][0].item<float>() == 10);
    Board<Fused<12, Q<4, 2>, K<4, 2>, V<4, 2>>> heads;
    heads[0][on<K>(head<1>)] = 1;
    heads[0][on<K>(head(-1))] = 2;
    heads[0][on<K>(dims(2, 4))] = 3;
    heads[0][on<K>(dims({3, 2}))] = 4;
    CHECK(to_string(heads) == "0: K[dims 3,2] = 4\n");
}

TEST_CASE_FIXTURE(fixture, "masks of equal values are the same part, and a mask and an index of one tensor are not") {
    attach();
    const at::Tensor mask_of_two = at::arange(5).lt(2);
    board[0][on<Q>(mask(mask_of_two))] = 1;
    board[0][on<Q>(mask(mask_of_two.clone()))] = 2;
    board[0][on<Q>(mask(mask_of_two.logical_not()))] = 3;
    CHECK(to_string(board) == "0: Q[mask bool [5]] = 2 | Q[mask bool [5]] = 3\n");
    const at::Tensor first = at::zeros({1}, at::kLong);
    board[1][on<Q>(tokens(first))] = 4;
    board[1][on<Q>(token(first))] = 5;
    CHECK(to_string(board).find("1: Q[tokens 0] = 4 | Q[token 0] = 5") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a part that is assigned after a recipe is added to it") {
    attach();
    board[0] = on<Q>().set(1) | on<K>().set(2);
    board[0][on<Q>()] = 3;
    board[0][on<Q>()] = 4;
    CHECK(to_string(board) == "0: Q = 1 | K = 2 | Q = 4\n");
}

TEST_CASE_FIXTURE(
    fixture, "a layer without an entry, or with a disabled one, is not missed where the model passes some layers") {
    attach();
    board[0] = 1;
    board[2] = 3;
    board.disable(2);
    {
        const auto scope = hooks.activate();
        (void)layers[0](x);
    }
    board.enable(2);
    CHECK_THROWS_AS(
        [&] {
            const auto scope = hooks.activate();
            (void)layers[0](x);
        }(),
        HookError);
}

TEST_CASE_FIXTURE(fixture, "an assignment enables, and an Owned may be put in a part") {
    attach();
    board[0] = 1;
    board.disable(0);
    board[0][on<Q>()] = borrow<Q<2>>(at::full({2}, 8.0f)).clone();
    CHECK(set(0)[0][3].equal(at::tensor({8.0f, 8.0f, 1.0f, 1.0f, 1.0f, 1.0f})));
}

TEST_CASE_FIXTURE(fixture, "a moved board takes its hooks along and leaves an empty one") {
    attach();
    Board<Qkv> other = std::move(board);
    other[1] = 2;
    board[1] = 3;
    CHECK(set(1).equal(full(2)));
}

TEST_CASE_FIXTURE(fixture, "entries are disabled, enabled, swapped, moved, copied and cleared while attached") {
    attach();
    board[0] = 1;
    board[2] = 3;
    board.disable(0);
    CHECK(set(0).is_same(x));
    CHECK(to_string(board) == "0 (disabled): all = 1\n2: all = 3\n");
    board.enable(0);
    CHECK(set(0).equal(full(1)));
    board.swap(0, 2);
    CHECK(set(0).equal(full(3)));
    CHECK(set(2).equal(full(1)));
    board.swap(1, 2);
    CHECK(set(1).equal(full(1)));
    CHECK(set(2).is_same(x));
    board.move(1, 2);
    CHECK(set(1).is_same(x));
    CHECK(set(2).equal(full(1)));
    board[1] = board[2];
    CHECK(set(1).equal(full(1)));
    board[1] = 4;
    CHECK(set(2).equal(full(1)));
    CHECK(board.size() == 3);
    CHECK(board.contains(1));
    board.clear();
    CHECK(board.size() == 0);
    for (const at::Tensor& t : pass()) CHECK(t.is_same(x));
}

TEST_CASE_FIXTURE(fixture, "an entry for a layer that is not attached is refused and changes nothing") {
    board[7] = 1;
    CHECK(message_of<PositionError>([&] { attach(); }) ==
          "the board has an entry for layer 7 but is attached to 3 layers, counted from 0 (the last is h.2): move or "
          "clear the entry");
    CHECK(hooks.fired() == 0);
    CHECK_NOTHROW(pass());
    board.clear();
    attach();
    board[1] = 1;
    CHECK(says(message_of<PositionError>([&] { board[3] = 1; }), "layer 3", "attached to 3 layers"));
    CHECK(says(message_of<PositionError>([&] { board[3][on<Q>()] = 1; }), "layer 3"));
    CHECK(says(message_of<PositionError>([&] { board.move(1, 3); }), "layer 3"));
    CHECK(says(message_of<PositionError>([&] { board.swap(1, 3); }), "layer 3"));
    CHECK(to_string(board) == "1: all = 1\n");
    key->remove();
    CHECK_NOTHROW(board[3] = 1);
}

TEST_CASE_FIXTURE(fixture, "a board refuses a second site for one layer, and nothing of that attachment stays") {
    attach();
    CHECK(message_of<HookError>([&] { hooks.add(layers[2], board); }) ==
          "layer 0 of this board is h.0 and cannot be h.2 as well: use another board for it, or add all sites at once");
    HookSet others;
    CHECK_THROWS_AS((void)others.add(std::vector{site_ref(layers[0]), site_ref(layers[2])}, board), HookError);
    CHECK_NOTHROW(others.activate().end());  // not even layers[0] got a hook
    others.add(layers[0], board);            // the same site may have it in two sets
    board[0] = 2;
    CHECK(set(0).equal(full(2)));
    CHECK(set(2).is_same(x));
    key->remove();
    others.clear();
    hooks.add(layers[2], board);
    CHECK(set(2).equal(full(2)));
}

TEST_CASE_FIXTURE(fixture, "a board keeps the values that it was given, whatever happens to the tensor") {
    attach();
    at::Tensor given = at::full({6}, 3.0f), part = at::full({2}, 4.0f);
    board[0] = given;
    board[1][on<Q>()] = part;
    given.zero_();
    part.zero_();
    CHECK(set(0).equal(full(3)));
    CHECK(set(1)[0][0][0].item<float>() == 4);
}

TEST_CASE_FIXTURE(fixture,
                  "heads and channels of a board that are known at run time are checked when they are assigned") {
    Board<ByHead> by_head;
    CHECK(says(message_of<PositionError>([&] { by_head[0][on<Q>(head(3))] = 1; }), "board layer 0: head 3 is outside Q",
               "3 heads"));
    CHECK(says(message_of<PositionError>([&] { by_head[0] = on<K>(dims(0, 4)).zero(); }),
               "board layer 0: ", "outside K"));
    CHECK(by_head.size() == 0);
    const HookPoint<ByHead> point{"h.0"};
    hooks.add(point, by_head);
    by_head[0][on<Q>(head(-1))] = 1;
    by_head[0][on<Q>(head(2))] = 2;
    const at::Tensor in = at::randn({2, 12});
    const auto scope = hooks.activate();
    CHECK(point(in).equal((borrow<ByHead>(in) | on<Q>(head<2>).set(2)).take()));
}

TEST_CASE_FIXTURE(fixture,
                  "a site is named by its index, its path, the site itself or the model's number of its layer") {
    attach();
    const auto sites =
        layers | ranges::views::transform([](const auto& l) { return site_ref(l); }) | ranges::to<std::vector>();
    board["h.1"] = 1;
    CHECK(set(1).equal(full(1)));
    board[1] = 2;
    board.layer(2) = 3;
    board[sites[0]] = 4;
    CHECK(to_string(board) == "0: all = 4\n1: all = 2\n2: all = 3\n");
    CHECK(set(0).equal(full(4)));
    CHECK(set(1).equal(full(2)));
    CHECK(set(2).equal(full(3)));
    board[std::string("h.1")][on<Q>(token(4))] = 5;
    CHECK(set(1)[0][4][0].item<float>() == 5);
    CHECK(board.contains("h.2"));
    CHECK(board.contains(sites[2]));
    board.layer(2).disable();
    CHECK(set(2).is_same(x));
    board["h.2"].enable();
    CHECK(set(2).equal(full(3)));
    board.swap("h.2", 0);
    CHECK(set(0).equal(full(3)));
    board.move(sites[0], "h.1");
    CHECK(set(1).equal(full(3)));
    board["h.0"] = board["h.1"];
    board.layer(1).clear();
    CHECK(to_string(board) == "0: all = 3\n2: all = 4\n");
    board.clear("h.0");
    board.disable("h.2");
    CHECK(to_string(board) == "2 (disabled): all = 4\n");
}

TEST_CASE("entries by path and by layer reach the sites that are attached, whatever their index") {
    std::vector<HookPoint<Qkv>> layers{HookPoint<Qkv>{"h.4"}, HookPoint<Qkv>{"h.5"}};
    HookSet hooks;
    Board<Qkv> board;
    board["h.5"] = 5;
    board.layer(4) = 4;
    CHECK(to_string(board) == "site h.5: all = 5\nthe model's layer 4: all = 4\n");
    const HookKey key = hooks.add(layers, board);
    CHECK(to_string(board) == "0: all = 4\n1: all = 5\n");
    {
        const auto scope = hooks.activate();
        CHECK(layers[0](x).equal(full(4)));
        CHECK(layers[1](x).equal(full(5)));
    }
    // Attached to other sites, they stay with theirs.
    key.remove();
    CHECK(to_string(board) == "site h.5: all = 5\nthe model's layer 4: all = 4\n");
    std::vector<HookPoint<Qkv>> all{HookPoint<Qkv>{"h.3"}, HookPoint<Qkv>{"h.4"}, HookPoint<Qkv>{"h.5"}};
    hooks.add(all, board);
    CHECK(to_string(board) == "1: all = 4\n2: all = 5\n");
}

TEST_CASE_FIXTURE(fixture,
                  "an entry for a site to which the board is not attached is refused, at the latest when it is") {
    board["h.7"] = 1;
    CHECK(message_of<PositionError>([&] { attach(); }) ==
          "the board is not attached to site h.7 (similar: \"h.0\", \"h.1\", \"h.2\"), but to h.0, h.1, h.2: assign to "
          "one of these, or attach the board to "
          "that "
          "site as well");
    CHECK_NOTHROW(hooks.activate().end());  // no hook stays
    board.clear("h.7");
    board.layer(7) = 1;
    CHECK(says(message_of<PositionError>([&] { attach(); }), "not attached to the model's layer 7"));
    board.layer(7).clear();
    attach();
    CHECK(says(message_of<PositionError>([&] { board["h.9"] = 1; }), "not attached to site h.9"));
    CHECK(says(message_of<PositionError>([&] { board.layer(3)[on<Q>()] = 1; }), "not attached to the model's layer 3"));
    const HookPoint<Qkv> other{"h.0"};
    CHECK(says(message_of<PositionError>([&] { board[site_ref(other)] = 1; }), "not attached to site h.0"));
    CHECK(board.size() == 0);
    key->remove();
    board[1] = 1;
    board["h.1"] = 2;
    CHECK(message_of<HookError>([&] { attach(); }) ==
          "the board has two entries for one site, layer 1 and site h.1: clear one of them");
}

TEST_CASE("a layer in which the board has two sites is refused, and so is a path that two sites have") {
    std::vector<HookPoint<Qkv>> sites{HookPoint<Qkv>{"h.1.a"}, HookPoint<Qkv>{"h.1.b"}, HookPoint<Qkv>{"ln_f"},
                                      HookPoint<Qkv>{"ln_f"}};
    HookSet hooks;
    Board<Qkv> board;
    hooks.add(sites, board);
    CHECK(message_of<HookError>([&] { board.layer(1) = 1; }) ==
          "the board is attached to h.1.a and h.1.b, which are both the model's layer 1: name the site by its path, or "
          "by "
          "its index");
    CHECK(says(message_of<HookError>([&] { board["ln_f"] = 1; }), "which are both site ln_f"));
    board["h.1.b"] = 1;
    board[site_ref(sites[3])] = 2;
    CHECK(to_string(board) == "1: all = 1\n3: all = 2\n");
}

TEST_CASE_FIXTURE(fixture, "an operation on a missing entry names the layer") {
    CHECK(message_of<PositionError>([&] { board.disable(2); }) ==
          "the board has no entry for layer 2: assign one first");
    CHECK(says(message_of<PositionError>([&] { board.swap(1, 2); }), "no entry for layer 1 and none for layer 2"));
    CHECK(says(message_of<PositionError>([&] { board.move(1, 2); }), "no entry for layer 1"));
    CHECK_NOTHROW(board.clear(2));
}

TEST_CASE_FIXTURE(fixture, "a replacement that does not fit is refused with the expected shape and type") {
    attach();
    CHECK(message_of<ShapeError>([&] {
              board[1] = at::zeros({1, 5, 7});
          }) ==
          "board layer 1: the replacement is float32 [1, 5, 7] on cpu but Fused<6, Q<2>, K<2>, V<2>> needs [..., 6]: "
          "give it that width, or write board[site][on<Component>()] for a part");
    CHECK(says(message_of<TypeError>([&] { board[1] = at::Tensor(); }), "board layer 1", "undefined"));
    CHECK(board.size() == 0);
    board[1] = at::zeros({3, 5, 6});
    CHECK(says(message_of<ShapeError>([&] { pass(); }), "h.1: board layer 1: all = float32 [3, 5, 6]:", "[1, 5, 6]"));
    board[1] = at::zeros({6}, at::kDouble);
    CHECK(says(message_of<TypeError>([&] { pass(); }), "h.1: board layer 1: ", "float64", "float32"));
}

TEST_CASE("replacements of grouped layouts are packed like the activation") {
    const HookPoint<ByHead> site{"h.0"};
    HookSet hooks;
    Board<ByHead> board;
    hooks.add(site, board);
    const at::Tensor in = at::randn({2, 12});
    board[0][on<Q>(head<1>)] = 0;
    const auto scope = hooks.activate();
    CHECK(site(in).equal((borrow<ByHead>(in) | on<Q>(head<1>).zero()).take()));
}

TEST_CASE_FIXTURE(fixture, "a board may end before its hooks do") {
    {
        Board<Qkv> passing;
        hooks.add(layers, passing);
        passing[0] = 1;
    }
    CHECK(set(0).equal(full(1)));
}

TEST_CASE_FIXTURE(fixture, "gradients reach an injected tensor through the board") {
    attach();
    const at::Tensor injected = at::ones({6}).requires_grad_();
    board[0] = injected;
    pass()[0].sum().backward();
    CHECK(injected.grad().equal(at::full({6}, 5.0f)));
}

namespace {
template <class B, class V>
concept can_assign = requires(B& board, V value) {
    board[0] = value;
};
}  // namespace

TEST_CASE("values that a board cannot hold are refused by requires") {
    static_assert(can_assign<Board<Qkv>, int>);
    static_assert(can_assign<Board<Qkv>, View<Qkv>>);
    static_assert(!can_assign<Board<Qkv>, View<Q<2>>>);
    static_assert(!can_assign<Board<Qkv>, decltype(on<Gate>().zero())>);
    CHECK_FALSE(can_assign<Board<Qkv>, std::string>);
}

TEST_CASE_FIXTURE(fixture, "an entry that comes after its site was passed has not fired") {
    attach();
    auto scope = hooks.activate();
    for (const auto& layer : layers) (void)layer(x);
    CHECK(key->fired() == 0);
    board[1] = 0;
    CHECK(says(message_of<HookError>([&] { scope.end(); }), "never fired: h.1 (board layer 1: all = 0)"));
}

TEST_CASE_FIXTURE(fixture, "an entry whose site is lost with a set is refused when another set is activated") {
    const std::vector<SiteRef<Qkv>> first{site_ref(layers[0])};
    std::optional<HookSet> all(std::in_place);
    all->add(layers, board);
    hooks.add(first, board);
    board[2] = 0;
    CHECK_NOTHROW(set(0));  // the other set may run it
    all.reset();
    const std::string message = message_of<PositionError>([&] { (void)hooks.activate(); });
    CHECK(says(message, "the board has an entry for layer 2", "attached to 1 layers", "move or clear the entry"));
    board.clear();
    board[0] = 7;
    CHECK(pass().at(0).equal(full(7)));
}

TEST_CASE_FIXTURE(fixture, "a layer that the model cannot have is named as it was given") {
    attach();
    CHECK(
        says(message_of<PositionError>([&] { board.layer(-1) = 0; }), "not attached to the model's layer -1, but to"));
    CHECK(says(message_of<PositionError>([&] { board.layer(9u) = 0; }), "the model's layer 9"));
}

TEST_CASE("an entry is printed like its line of the board") {
    Board<Qkv> board;
    board[2] = 3;
    board["h.5"][on<Q>(token(4))] = 6;
    board[2].disable();
    std::ostringstream text;
    text << board[2] << "; " << board["h.5"] << "; " << board[7];
    CHECK(text.str() == "2 (disabled): all = 3; site h.5: Q[token 4] = 6; 7: nothing");
    CHECK(board.size() == 2);
}

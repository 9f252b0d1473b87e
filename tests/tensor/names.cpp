// suture's names beside those of std and torch: programs that open all three namespaces compile. Only Layout, Error,
// TypeError and ValueError exist in torch as well, and need their qualifier there.
#include <suture/hook/hooked.hpp>
#include <suture/suture.hpp>

#include "doctest.hpp"

#include <torch/nn/modules/linear.h>

#include <functional>
#include <sstream>
#include <type_traits>
#include <vector>

using namespace std;
using namespace torch;
using namespace suture;

namespace {
using OpenQkv = Fused<24, Q<8, 2>, K<8, 2>, V<8, 2>>;
struct OpenRouter : ComponentBase<8> {
    [[maybe_unused]] static constexpr const char* name = "Router";
};
}  // namespace

TEST_CASE("edits can be written with the namespaces std, torch and suture open") {
    constexpr auto recipe = on<Q>(token(4), dims<0, 3>).set(0.0) | on<V>(head<1>).multiply(0.5);
    ostringstream text;
    text << recipe;
    CHECK(text.str() == to_string(recipe));

    const Tensor activation = at::ones({1, 5, 24});
    CHECK((borrow<OpenQkv>(activation) | recipe).take().ne(activation).sum().item<int>() == 3 + 5 * 4);

    const auto [q, k, v] = split(borrow<OpenQkv>(activation));
    Owned<Q<8, 2>> mine = q.clone();
    mine[on<Q>(token(4))] = 0;
    const Tensor whole = cat<OpenQkv>(mine, k, v).take();
    CHECK(whole.ne(activation).sum().item<int>() == 8);
}

TEST_CASE("hooks can be written with the namespaces std, torch and suture open") {
    Hooked<nn::Linear, OpenQkv> c_attn(8, 24);
    const Tensor x = at::ones({1, 5, 8}), clean = c_attn(x);
    HookSet hooks;
    Latest<OpenQkv> latest;
    Board<OpenQkv> board;
    const auto recording = hooks.add(c_attn, latest);
    const auto edits = hooks.add(c_attn, on<Q>(tokens(1, 3)).zero());
    const auto replacing = hooks.add(c_attn, board);
    const auto scope = hooks.activate();
    CHECK(c_attn(x).select(2, 0).eq(0).sum().item<int>() == 2);
    CHECK(latest.size() == 1);
}

TEST_CASE("layouts and positions can be named with the namespaces std, torch and suture open") {
    CHECK(offset<OpenQkv, K<8, 2>> == 8);
    CHECK(slice_of<OpenQkv, V<8, 2>> == StridedSlice{16, 8, 1, 24});
    CHECK(is_same_v<part<OpenQkv, Q>, Q<8, 2>>);
    CHECK(is_same_v<part<Ordered<OpenQkv, Axis::token>, Q>, Ordered<Q<8, 2>, Axis::token>>);
    CHECK(describe<OpenRouter>().find(OpenRouter::name) != string::npos);
    CHECK(describe<OpenQkv>().find("24 channels") != string::npos);
    const Position<Axis::token> last = token(-1);
    CHECK(last.begin == -1);
    const vector<Index> counted{batch(0).begin, tokens(2, to_end).end, divides<Index>{}(6, 3)};
    CHECK(counted[2] == 2);
    // Names of places known at run time, which std and torch must not hide.
    const Tensor activation = at::ones({1, 5, 24});
    CHECK(borrow<OpenQkv>(activation)[on<Q>(head(1), dims(0, 2))].sizes() == at::IntArrayRef({1, 5, 2}));
    CHECK(borrow<OpenQkv>(activation)[on<Q>(heads({1, 0}), tokens({4, 0}))].sizes() == at::IntArrayRef({1, 2, 2, 4}));
    CHECK(borrow<OpenQkv>(activation)[on<Q>(heads(0, 2))].sizes() == at::IntArrayRef({1, 5, 2, 4}));
}

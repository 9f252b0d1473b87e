#include <suture/tensor/detail/place.hpp>

#include <ATen/ATen.h>

#include "doctest.hpp"
#include "message.hpp"

#include <string>
#include <vector>

using namespace suture;
using namespace suture::detail;
using suture_test::message_of;
using suture_test::says;

using Qkv = Fused<8, Q<4, 2>, K<2>, V<2>>;
using ByHead = Grouped<4, Q<2>, K<1>, V<1>>;

namespace {

at::Tensor counting(std::vector<Index> sizes) {
    Index n = 1;
    for (Index s : sizes) n *= s;
    return at::arange(n).reshape(sizes);
}

template <class C, class L, Where... Ws>
suture::detail::ResolvedPlace resolve_in(const at::Tensor& t, const Ws&... wheres) {
    return suture::detail::resolve(
        suture::detail::make_place(placed<Exactly<C>, L, Ws...>, WherePack<Ws...>{wheres...}), t,
        t.sizes().slice(0, t.dim() - 1));
}

/// The part of component C that the selectors mean in a tensor packed like L.
template <class C, class L, Where... Ws>
at::Tensor part(const at::Tensor& t, const Ws&... wheres) {
    return suture::detail::part_at(t, resolve_in<C, L>(t, wheres...));
}

bool same_tensor(const at::Tensor& a, const at::Tensor& b) { return a.sizes() == b.sizes() && a.equal(b); }

const at::Tensor x = counting({2, 5, 8});

template <Where... Ws>
std::string refusal(const at::Tensor& t, const Ws&... wheres) {
    return message_of<PositionError>([&] { part<Q<4, 2>, Qkv>(t, wheres...); });
}
template <Where... Ws>
std::string shape_refusal(const at::Tensor& t, const Ws&... wheres) {
    return message_of<ShapeError>([&] { part<Q<4, 2>, Qkv>(t, wheres...); });
}

}  // namespace

TEST_CASE("a token drops the token axis and a range keeps it") {
    CHECK(same_tensor(part<K<2>, Qkv>(x, token(4)), x.select(1, 4).narrow(-1, 4, 2)));
    CHECK(same_tensor(part<K<2>, Qkv>(x, tokens(1, 3)), x.narrow(1, 1, 2).narrow(-1, 4, 2)));
    CHECK(same_tensor(part<K<2>, Qkv>(x, tokens(4, 5)), x.narrow(1, 4, 1).narrow(-1, 4, 2)));
}

TEST_CASE("a batch row drops the first axis and a range keeps it") {
    CHECK(same_tensor(part<V<2>, Qkv>(x, batch(1)), x.select(0, 1).narrow(-1, 6, 2)));
    CHECK(same_tensor(part<V<2>, Qkv>(x, batches(0, 1)), x.narrow(0, 0, 1).narrow(-1, 6, 2)));
    CHECK(same_tensor(part<V<2>, Qkv>(x, batch(-1), token(-1)), x[1][4].narrow(-1, 6, 2)));
}

TEST_CASE("negative positions count from the end") {
    CHECK(same_tensor(part<Q<4, 2>, Qkv>(x, token(-1)), part<Q<4, 2>, Qkv>(x, token(4))));
    CHECK(same_tensor(part<Q<4, 2>, Qkv>(x, token(-5)), part<Q<4, 2>, Qkv>(x, token(0))));
    CHECK(same_tensor(part<Q<4, 2>, Qkv>(x, tokens(-3, -1)), part<Q<4, 2>, Qkv>(x, tokens(2, 4))));
    CHECK(same_tensor(part<Q<4, 2>, Qkv>(x, tokens(-2, to_end)), part<Q<4, 2>, Qkv>(x, tokens(3, 5))));
}

TEST_CASE("with several leading axes tokens are the last of them and the batch the first") {
    const at::Tensor deep = counting({2, 3, 5, 8});
    CHECK(same_tensor(part<K<2>, Qkv>(deep, token(1)), deep.select(2, 1).narrow(-1, 4, 2)));
    CHECK(same_tensor(part<K<2>, Qkv>(deep, batch(1)), deep.select(0, 1).narrow(-1, 4, 2)));
    CHECK(same_tensor(part<K<2>, Qkv>(deep, batch(1), token(1)), deep[1].select(1, 1).narrow(-1, 4, 2)));
}

TEST_CASE("a part without row positions is a true view") {
    CHECK(part<Q<4, 2>, Qkv>(x, token(1), head<1>).is_alias_of(x));
    const at::Tensor grouped = counting({3, 16});
    CHECK(part<Q<2>, ByHead>(grouped, heads<1, 3>).is_alias_of(grouped));
    CHECK(part<Q<2>, ByHead>(grouped.t().contiguous().t(), heads<1, 3>, dims<1, 2>).sizes() ==
          at::IntArrayRef({3, 2, 1}));
}

TEST_CASE("a token outside the activation is refused with its number and the number of tokens") {
    CHECK(says(refusal(x, token(5)), "token 5 is outside the activation", "has 5", "count from 0"));
    CHECK(says(refusal(x, token(-6)), "token -6 is outside the activation", "has 5"));
    CHECK(says(refusal(x, tokens(-7, 2)), "token -7 is outside"));
    CHECK(says(refusal(x, tokens(6, to_end)), "token 6 is outside"));
}

TEST_CASE("a range that ends beyond the activation is refused with the available number") {
    CHECK(says(refusal(x, tokens(2, 9)), "the range of tokens from 2 to 9 reaches beyond the activation, which has 5",
               "end it there or before"));
    CHECK(says(refusal(x, tokens(7, 9)), "token 7 is outside the activation", "has 5"));
}

TEST_CASE("a batch row outside the activation is refused with its number and the number of rows") {
    CHECK(says(refusal(x, batch(2)), "batch row 2 is outside the activation", "has 2"));
    CHECK(says(refusal(x, batches(0, 3)), "from 0 to 3 reaches beyond", "has 2"));
    CHECK(says(refusal(x, batch(-3)), "batch row -3 is outside"));
}

TEST_CASE("an empty range is refused as it was written") {
    CHECK(says(refusal(x, tokens(3, 3)), "from 3 to 3 selects nothing"));
    CHECK(says(refusal(x, tokens(4, 2)), "from 4 to 2 selects nothing"));
    CHECK(says(refusal(x, tokens(-1, -3)), "from -1 to -3 selects nothing"));
    const std::string open = refusal(x, tokens(5, to_end));
    CHECK(says(open, "selects nothing"));
    CHECK_FALSE_MESSAGE(says(open, "9223372036854775807"), open);
}

TEST_CASE("an unsigned position that is too large is outside and not counted from the end") {
    const std::vector<int> no_ids;
    CHECK(says(refusal(x, token(no_ids.size() - 1)), "token 9223372036854775806 is outside the activation"));
    CHECK(says(refusal(x, batch(std::string::npos)), "batch row 9223372036854775806 is outside"));
    CHECK(says(refusal(x, tokens(0, no_ids.size() - 1)), "reaches beyond the activation"));
    CHECK(says(refusal(x, tokens(no_ids.size() - 1, to_end)), "token 9223372036854775806 is outside"));
}

TEST_CASE("a missing axis is refused with a shape that has it") {
    const at::Tensor row = counting({8}), sequence = counting({5, 8});
    CHECK(shape_refusal(row, token(0)) ==
          "the activation has no token axis: give it the shape [tokens, channels] or more");
    CHECK(shape_refusal(sequence, batch(0)) ==
          "the activation has no batch axis: give it the shape [batch, tokens, channels]");
    CHECK(says(shape_refusal(row, token(at::zeros({1}, at::kLong))), "no token axis"));
}

TEST_CASE("one token per row selects each row's own and drops the token axis") {
    const at::Tensor picked = part<K<2>, Qkv>(x, token(at::tensor({4, -5}, at::kLong)));
    CHECK(same_tensor(picked, at::stack({x[0][4], x[1][0]}).narrow(-1, 4, 2)));
    CHECK(same_tensor(part<K<2>, Qkv>(x, token(at::tensor({4, 0}, at::kInt))), picked));
    CHECK(same_tensor(part<K<2>, Qkv>(x, token(at::tensor({4, 0}, at::kByte))), picked));
    CHECK(same_tensor(part<K<2>, Qkv>(x[1], token(at::scalar_tensor(3, at::kLong))), x[1][3].narrow(-1, 4, 2)));
}

TEST_CASE("several tokens per row are shared by all rows or each row's own") {
    const at::Tensor shared = part<K<2>, Qkv>(x, tokens(at::tensor({3, 0}, at::kLong)));
    CHECK(same_tensor(shared, x.index_select(1, at::tensor({3, 0}, at::kLong)).narrow(-1, 4, 2)));
    const at::Tensor own = part<K<2>, Qkv>(x, tokens(at::tensor({3, 0, 1, -1}, at::kLong).reshape({2, 2})));
    CHECK(same_tensor(own[1], x[1].index_select(0, at::tensor({1, 4}, at::kLong)).narrow(-1, 4, 2)));
    CHECK(own.sizes() == at::IntArrayRef({2, 2, 2}));
}

TEST_CASE("a mask selects its true positions side by side") {
    const at::Tensor both = at::zeros({2, 5}, at::kBool);
    both[0][1].fill_(true);
    both[1][4].fill_(true);
    CHECK(same_tensor(part<V<2>, Qkv>(x, mask(both)), at::stack({x[0][1], x[1][4]}).narrow(-1, 6, 2)));
    const at::Tensor a_token = at::tensor({0, 0, 1, 0, 0}, at::kLong).to(at::kBool);
    CHECK(same_tensor(part<V<2>, Qkv>(x, mask(a_token)), at::stack({x[0][2], x[1][2]}).narrow(-1, 6, 2)));
}

TEST_CASE("row positions can be combined with heads and dims") {
    const at::Tensor rows = at::tensor({4, 1}, at::kLong);
    CHECK(same_tensor(part<Q<4, 2>, Qkv>(x, token(rows), head<1>, dims<0, 1>),
                      at::stack({x[0][4], x[1][1]}).narrow(-1, 2, 1)));
    const at::Tensor grouped = counting({2, 5, 16});
    CHECK(same_tensor(part<Q<2>, ByHead>(grouped, token(rows), heads<2, 4>), at::stack({grouped[0][4], grouped[1][1]})
                                                                                 .unflatten(-1, at::IntArrayRef({4, 4}))
                                                                                 .narrow(1, 2, 2)
                                                                                 .narrow(-1, 0, 2)));
}

TEST_CASE("a token index of a dtype other than integers is refused") {
    const auto refused = [](const at::Tensor& index) {
        return message_of<TypeError>([&] { part<Q<4, 2>, Qkv>(x, token(index)); });
    };
    CHECK(refused(at::zeros({2})) == "the token index is float32 [2] on cpu: give integers, as argmax does");
    CHECK(says(refused(at::zeros({2}, at::kBool)), "bool [2] on cpu"));
}

TEST_CASE("a token index of another shape than the rows is refused with both shapes") {
    CHECK(says(shape_refusal(x, token(at::zeros({3}, at::kLong))), "[3]", "[2]", "per row"));
    CHECK(says(shape_refusal(x, token(at::scalar_tensor(1, at::kLong))), "[]", "[2]"));
    CHECK(says(shape_refusal(x, token(at::zeros({2, 1}, at::kLong))), "[2, 1]", "[2]"));
    CHECK(says(shape_refusal(x, tokens(at::zeros({3, 1}, at::kLong))), "[3, 1]", "[2]"));
    CHECK(says(shape_refusal(x, tokens(at::scalar_tensor(1, at::kLong))), "[]", "[2]"));
}

TEST_CASE("a token index outside the activation is refused with the number that is outside") {
    CHECK(says(refusal(x, token(at::tensor({0, 5}, at::kLong))), "token 5 is outside the activation", "has 5"));
    CHECK(says(refusal(x, tokens(at::tensor({0, -6}, at::kLong))), "token -6 is outside the activation", "has 5"));
}

TEST_CASE("a token named twice in a row is refused, even if once from the end") {
    CHECK(says(refusal(x, tokens(at::tensor({3, 3}, at::kLong))), "twice", "once"));
    CHECK(says(refusal(x, tokens(at::tensor({4, -1}, at::kLong))), "twice"));
    CHECK(says(refusal(x, tokens(at::tensor({0, 1, 2, 2}, at::kLong).reshape({2, 2}))), "twice"));
    CHECK(refusal(x, tokens(at::tensor({0, 1, 0, 1}, at::kLong).reshape({2, 2}))) == "nothing was thrown");
}

TEST_CASE("positions that select nothing are refused") {
    CHECK(says(refusal(x, tokens(at::zeros({0}, at::kLong))), "selects nothing"));
    CHECK(says(refusal(x, tokens(at::zeros({2, 0}, at::kLong))), "selects nothing"));
    CHECK(says(refusal(x, mask(at::zeros({2, 5}, at::kBool))), "false everywhere", "selects nothing"));
    CHECK(says(refusal(x, mask(at::Tensor())), "undefined"));
    CHECK(says(refusal(x, token(at::Tensor())), "undefined"));
}

TEST_CASE("a mask of another dtype or shape is refused with its dtype or shape") {
    CHECK(message_of<TypeError>([&] {
              part<Q<4, 2>, Qkv>(x, mask(at::ones({2, 5})));
          }) == "the mask is float32 [2, 5] on cpu: give a bool tensor, for example scores > 0");
    CHECK(says(shape_refusal(x, mask(at::ones({5, 2}, at::kBool))), "[5, 2]", "[2, 5]"));
    CHECK(says(shape_refusal(x, mask(at::ones({2}, at::kBool))), "[2]", "[2, 5]"));
    CHECK(says(shape_refusal(x, mask(at::ones({2, 5, 8}, at::kBool))), "[2, 5, 8]"));
}

TEST_CASE("suture refuses a mask or index without data before LibTorch does") {
    const auto meta = at::TensorOptions(at::kMeta);
    CHECK(says(message_of<TypeError>([&] {
                   part<Q<4, 2>, Qkv>(x, mask(at::ones({2, 5}, meta.dtype(at::kBool))));
               }),
               "meta"));
}

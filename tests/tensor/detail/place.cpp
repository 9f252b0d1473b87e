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

template <class C, class L, class... Ws>
PlaceValue place_of(Ws... wheres) {
    return place_in<Exactly<C>, L>(WherePack<selector_type<Ws>...>{selector_of(wheres)...});
}
template <class C, class L, class... Ws>
ResolvedPlace resolve_in(const at::Tensor& t, Ws... wheres) {
    return suture::detail::resolve(place_of<C, L>(wheres...), t);
}

/// The part of component C that the selectors mean in a tensor packed like L.
template <class C, class L, class... Ws>
at::Tensor values_at(const at::Tensor& t, Ws... wheres) {
    return suture::detail::part_at(t, resolve_in<C, L>(t, wheres...));
}

bool same_tensor(const at::Tensor& a, const at::Tensor& b) { return a.sizes() == b.sizes() && a.equal(b); }

const at::Tensor x = counting({2, 5, 8});

template <class... Ws>
std::string refusal(const at::Tensor& t, Ws... wheres) {
    return message_of<PositionError>([&] { values_at<Q<4, 2>, Qkv>(t, wheres...); });
}
template <class... Ws>
std::string shape_refusal(const at::Tensor& t, Ws... wheres) {
    return message_of<ShapeError>([&] { values_at<Q<4, 2>, Qkv>(t, wheres...); });
}

}  // namespace

TEST_CASE("a token drops the token axis and a range keeps it") {
    CHECK(same_tensor(values_at<K<2>, Qkv>(x, token(4)), x.select(1, 4).narrow(-1, 4, 2)));
    CHECK(same_tensor(values_at<K<2>, Qkv>(x, tokens(1, 3)), x.narrow(1, 1, 2).narrow(-1, 4, 2)));
    CHECK(same_tensor(values_at<K<2>, Qkv>(x, tokens(4, 5)), x.narrow(1, 4, 1).narrow(-1, 4, 2)));
}

TEST_CASE("a batch row drops the first axis and a range keeps it") {
    CHECK(same_tensor(values_at<V<2>, Qkv>(x, batch(1)), x.select(0, 1).narrow(-1, 6, 2)));
    CHECK(same_tensor(values_at<V<2>, Qkv>(x, batches(0, 1)), x.narrow(0, 0, 1).narrow(-1, 6, 2)));
    CHECK(same_tensor(values_at<V<2>, Qkv>(x, batch(-1), token(-1)), x[1][4].narrow(-1, 6, 2)));
}

TEST_CASE("negative positions count from the end") {
    CHECK(same_tensor(values_at<Q<4, 2>, Qkv>(x, token(-1)), values_at<Q<4, 2>, Qkv>(x, token(4))));
    CHECK(same_tensor(values_at<Q<4, 2>, Qkv>(x, token(-5)), values_at<Q<4, 2>, Qkv>(x, token(0))));
    CHECK(same_tensor(values_at<Q<4, 2>, Qkv>(x, tokens(-3, -1)), values_at<Q<4, 2>, Qkv>(x, tokens(2, 4))));
    CHECK(same_tensor(values_at<Q<4, 2>, Qkv>(x, tokens(-2, to_end)), values_at<Q<4, 2>, Qkv>(x, tokens(3, 5))));
}

TEST_CASE("with several leading axes tokens are the last of them and the batch the first") {
    const at::Tensor deep = counting({2, 3, 5, 8});
    CHECK(same_tensor(values_at<K<2>, Qkv>(deep, token(1)), deep.select(2, 1).narrow(-1, 4, 2)));
    CHECK(same_tensor(values_at<K<2>, Qkv>(deep, batch(1)), deep.select(0, 1).narrow(-1, 4, 2)));
    CHECK(same_tensor(values_at<K<2>, Qkv>(deep, batch(1), token(1)), deep[1].select(1, 1).narrow(-1, 4, 2)));
}

TEST_CASE("a part in one strided slice, at positions that rows share, is a true view") {
    CHECK(values_at<Q<4, 2>, Qkv>(x, token(1), head<1>).is_alias_of(x));
    const at::Tensor grouped = counting({3, 16});
    CHECK(values_at<Q<2>, ByHead>(grouped, heads<1, 3>).is_alias_of(grouped));
    CHECK(values_at<Q<2>, ByHead>(grouped.t().contiguous().t(), heads<1, 3>, dims<1, 2>).sizes() ==
          at::IntArrayRef({3, 2, 1}));
    CHECK(resolve_in<Q<2>, ByHead>(grouped, heads(1, 3)).is_viewable());
    CHECK(resolve_in<Q<4, 2>, Qkv>(x, heads(), dims(0, 1)).is_viewable());
}

TEST_CASE("the view of a component in groups has the groups as an axis, the part and the sizes do not") {
    const at::Tensor grouped = counting({3, 16});
    const ResolvedPlace all = resolve_in<Q<2>, ByHead>(grouped);
    CHECK(all.sizes == Shape{3, 8});
    CHECK(view_at(grouped, all).sizes() == at::IntArrayRef({3, 4, 2}));
    CHECK(view_at(grouped, all).is_alias_of(grouped));
    CHECK(part_at(grouped, all).sizes() == at::IntArrayRef({3, 8}));
    CHECK(same_tensor(part_at(grouped, all), grouped.reshape({3, 4, 4}).narrow(-1, 0, 2).reshape({3, 8})));
    CHECK(same_tensor(values_at<Q<2>, ByHead>(grouped, heads()), grouped.reshape({3, 4, 4}).narrow(-1, 0, 2)));
    CHECK(same_tensor(values_at<K<1>, ByHead>(grouped, head(-1)), grouped.narrow(-1, 14, 1)));
    CHECK(same_tensor(values_at<ByHead, ByHead>(grouped), grouped));
}

TEST_CASE("dims of a component in groups count over all of its channels, and are listed where no slice holds them") {
    const at::Tensor grouped = counting({3, 16});
    const at::Tensor q = grouped.reshape({3, 4, 4}).narrow(-1, 0, 2).reshape({3, 8});
    CHECK(same_tensor(values_at<Q<2>, ByHead>(grouped, dims<2, 4>), q.narrow(-1, 2, 2)));
    CHECK(same_tensor(values_at<Q<2>, ByHead>(grouped, dims(1, 6)), q.narrow(-1, 1, 5)));
    CHECK(same_tensor(values_at<Q<2>, ByHead>(grouped, dims(-3, -1)), q.narrow(-1, 5, 2)));
    CHECK_FALSE(resolve_in<Q<2>, ByHead>(grouped, dims(1, 6)).is_viewable());
    CHECK(resolve_in<Q<2>, ByHead>(grouped, dims(2, 6)).is_viewable());
}

TEST_CASE("lists of heads and dims give them in the order of the list") {
    const at::Tensor heads_of_x = x.narrow(-1, 0, 4).unflatten(-1, at::IntArrayRef({2, 2}));
    CHECK(same_tensor(values_at<Q<4, 2>, Qkv>(x, heads({1, 0})), heads_of_x.flip(2)));
    CHECK(same_tensor(values_at<Q<4, 2>, Qkv>(x, heads({-1})), heads_of_x.narrow(2, 1, 1)));
    CHECK(same_tensor(values_at<Q<4, 2>, Qkv>(x, heads(at::tensor({0, 1}).to(at::kBool))), heads_of_x.narrow(2, 1, 1)));
    CHECK(same_tensor(values_at<Q<4, 2>, Qkv>(x, dims({3, 0})), x.index_select(-1, at::tensor({3, 0}, at::kLong))));
    CHECK(same_tensor(values_at<Q<4, 2>, Qkv>(x, head(1), dims({1, 0})),
                      x.index_select(-1, at::tensor({3, 2}, at::kLong))));
    CHECK(same_tensor(values_at<Q<4, 2>, Qkv>(x, heads({1, 0}), dims<1, 2>), heads_of_x.flip(2).narrow(-1, 1, 1)));
    CHECK(same_tensor(values_at<Qkv, Qkv>(x, dims({7, 0})), x.index_select(-1, at::tensor({7, 0}, at::kLong))));
    const at::Tensor grouped = counting({3, 16});
    CHECK(same_tensor(values_at<Q<2>, ByHead>(grouped, heads({3, 1})),
                      grouped.reshape({3, 4, 4}).narrow(-1, 0, 2).index_select(1, at::tensor({3, 1}, at::kLong))));
    CHECK(same_tensor(values_at<Q<2>, ByHead>(grouped, dims({7, 0})),
                      grouped.index_select(-1, at::tensor({13, 0}, at::kLong))));
}

TEST_CASE("a head or dim outside the component is refused with the component, the number and the limit") {
    CHECK(refusal(x, head(2)) ==
          "head 2 is outside Q, which has 2 heads: count from 0 over all groups, or from -1 for the last");
    CHECK(says(refusal(x, head(-3)), "head -3 is outside Q", "has 2 heads"));
    CHECK(says(refusal(x, heads(1, 3)), "the heads from 1 to 3 are outside Q", "has 2 heads"));
    CHECK(says(refusal(x, heads(2, to_end)), "the heads from 2 to the end are outside Q"));
    CHECK(refusal(x, dims(0, 5)) ==
          "the dims from 0 to 5 are outside Q, which has 4 channels: count from 0, or from -1 for the last, and write "
          "begin below end");
    CHECK(says(refusal(x, head(0), dims(1, 3)), "the dims from 1 to 3 are outside a head of Q, which has 2 channels"));
    CHECK(says(refusal(x, dims(3, 3)), "the dims from 3 to 3 are outside Q"));
    const at::Tensor grouped = counting({3, 16});
    CHECK(says(message_of<PositionError>([&] { values_at<K<1>, ByHead>(grouped, head(4)); }), "head 4 is outside K",
               "has 4 heads"));
    CHECK(says(message_of<PositionError>([&] { values_at<Q<2>, ByHead>(grouped, dims(0, 9)); }), "outside Q",
               "has 8 channels"));
    CHECK(message_of<ShapeError>([&] { values_at<Qkv, Qkv>(x, head(0)); }) ==
          "a layout has no heads: name one of its components");
    CHECK(message_of<ShapeError>([&] { values_at<Qkv, Qkv>(x, heads({0})); }) ==
          "a layout has no heads: name one of its components");
}

TEST_CASE("a list with a head or dim outside the component, or one of them twice, is refused") {
    CHECK(says(refusal(x, heads({0, 2})), "head 2 is outside Q, which has 2 heads", "count from 0"));
    CHECK(says(refusal(x, heads({0, -3})), "head -3 is outside Q, which has 2 heads"));
    CHECK(says(refusal(x, dims({4})), "dim 4 is outside Q, which has 4 channels"));
    CHECK(says(refusal(x, head(0), dims({2})), "dim 2 is outside a head of Q, which has 2 channels"));
    CHECK(refusal(x, heads({1, 1})) == "the list names a head twice: name each once");
    CHECK(says(refusal(x, dims({3, -1})), "names a dim twice"));
    CHECK(says(refusal(x, dims(std::vector<int>{})), "the list of dims is empty"));
    CHECK(says(refusal(x, heads(at::zeros({2}, at::kBool))), "the list of heads is empty"));
    CHECK(says(shape_refusal(x, heads(at::ones({3}, at::kBool))), "the list of heads is bool [3] on cpu",
               "Q has 2 heads"));
    CHECK(says(shape_refusal(x, dims(at::zeros({1, 2}, at::kLong))), "the list of dims is int64 [1, 2] on cpu"));
    CHECK(says(message_of<TypeError>([&] { values_at<Q<4, 2>, Qkv>(x, heads(at::ones({1}))); }),
               "the list of heads is float32 [1] on cpu"));
    CHECK(says(message_of<TypeError>([&] { values_at<Q<4, 2>, Qkv>(x, dims(at::ones({1}, at::kMeta))); }), "dims",
               "meta"));
}

TEST_CASE("a part that is no view is written back where it was read") {
    const at::Tensor grouped = counting({2, 3, 16});
    const at::Tensor rows = at::tensor({2, 0}, at::kLong);
    const auto check = [&](const ResolvedPlace& where) {
        const at::Tensor changed = grouped.clone();
        CHECK_FALSE(where.is_viewable());
        put_back(changed, where, part_at(changed, where));
        CHECK(same_tensor(changed, grouped));
        put_back(changed, where, part_at(changed, where).neg().sub(1));
        CHECK(same_tensor(part_at(changed, where), part_at(grouped, where).neg().sub(1)));
        CHECK(changed.ne(grouped).sum().item<Index>() == part_at(grouped, where).numel());
    };
    check(resolve_in<Q<2>, ByHead>(grouped, heads({3, 1})));
    check(resolve_in<Q<2>, ByHead>(grouped, dims(1, 6), token(1)));
    check(resolve_in<Q<2>, ByHead>(grouped, dims({5, 0}), batch(1), tokens(1, 3)));
    check(resolve_in<Q<2>, ByHead>(grouped, token(rows)));
    check(resolve_in<Q<2>, ByHead>(grouped, token(rows), heads({3, 1}), dims({1})));
    check(resolve_in<Q<2>, ByHead>(grouped, tokens({2, 0}), head(2)));
    check(resolve_in<Q<2>, ByHead>(grouped, mask(at::tensor({1, 0, 1}).to(at::kBool)), dims(1, 6)));
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
    const at::Tensor picked = values_at<K<2>, Qkv>(x, token(at::tensor({4, -5}, at::kLong)));
    CHECK(same_tensor(picked, at::stack({x[0][4], x[1][0]}).narrow(-1, 4, 2)));
    CHECK(same_tensor(values_at<K<2>, Qkv>(x, token(at::tensor({4, 0}, at::kInt))), picked));
    CHECK(same_tensor(values_at<K<2>, Qkv>(x, token(at::tensor({4, 0}, at::kByte))), picked));
    CHECK(same_tensor(values_at<K<2>, Qkv>(x[1], token(at::scalar_tensor(3, at::kLong))), x[1][3].narrow(-1, 4, 2)));
}

TEST_CASE("several tokens per row are shared by all rows or each row's own") {
    const at::Tensor shared = values_at<K<2>, Qkv>(x, tokens(at::tensor({3, 0}, at::kLong)));
    CHECK(same_tensor(shared, x.index_select(1, at::tensor({3, 0}, at::kLong)).narrow(-1, 4, 2)));
    const at::Tensor own = values_at<K<2>, Qkv>(x, tokens(at::tensor({3, 0, 1, -1}, at::kLong).reshape({2, 2})));
    CHECK(same_tensor(own[1], x[1].index_select(0, at::tensor({1, 4}, at::kLong)).narrow(-1, 4, 2)));
    CHECK(own.sizes() == at::IntArrayRef({2, 2, 2}));
}

TEST_CASE("a mask selects its true positions side by side") {
    const at::Tensor both = at::zeros({2, 5}, at::kBool);
    both[0][1].fill_(true);
    both[1][4].fill_(true);
    CHECK(same_tensor(values_at<V<2>, Qkv>(x, mask(both)), at::stack({x[0][1], x[1][4]}).narrow(-1, 6, 2)));
    const at::Tensor a_token = at::tensor({0, 0, 1, 0, 0}, at::kLong).to(at::kBool);
    CHECK(same_tensor(values_at<V<2>, Qkv>(x, mask(a_token)), at::stack({x[0][2], x[1][2]}).narrow(-1, 6, 2)));
}

TEST_CASE("row positions can be combined with heads and dims") {
    const at::Tensor rows = at::tensor({4, 1}, at::kLong);
    CHECK(same_tensor(values_at<Q<4, 2>, Qkv>(x, token(rows), head<1>, dims<0, 1>),
                      at::stack({x[0][4], x[1][1]}).narrow(-1, 2, 1)));
    const at::Tensor grouped = counting({2, 5, 16});
    CHECK(same_tensor(values_at<Q<2>, ByHead>(grouped, token(rows), heads<2, 4>),
                      at::stack({grouped[0][4], grouped[1][1]})
                          .unflatten(-1, at::IntArrayRef({4, 4}))
                          .narrow(1, 2, 2)
                          .narrow(-1, 0, 2)));
}

TEST_CASE("a token index of a dtype other than integers is refused") {
    const auto refused = [](const at::Tensor& index) {
        return message_of<TypeError>([&] { values_at<Q<4, 2>, Qkv>(x, token(index)); });
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
              values_at<Q<4, 2>, Qkv>(x, mask(at::ones({2, 5})));
          }) == "the mask is float32 [2, 5] on cpu: give a bool tensor, for example scores > 0");
    CHECK(says(shape_refusal(x, mask(at::ones({5, 2}, at::kBool))), "[5, 2]", "[2, 5]"));
    CHECK(says(shape_refusal(x, mask(at::ones({2}, at::kBool))), "[2]", "[2, 5]"));
    CHECK(says(shape_refusal(x, mask(at::ones({2, 5, 8}, at::kBool))), "[2, 5, 8]"));
}

TEST_CASE("suture refuses a mask or index without data before LibTorch does") {
    const auto meta = at::TensorOptions(at::kMeta);
    CHECK(says(message_of<TypeError>([&] {
                   values_at<Q<4, 2>, Qkv>(x, mask(at::ones({2, 5}, meta.dtype(at::kBool))));
               }),
               "meta"));
}

TEST_CASE("a place is read as it is cut: the same values, shape and strides, in the same memory") {
    const auto check = [](const at::Tensor& t, const ResolvedPlace& r) {
        REQUIRE(r.is_viewable());
        const at::Tensor cut = suture::detail::view_at(t, r), read = suture::detail::read_at(t, r);
        CHECK(same_tensor(read, cut));
        for (Index i = 0; i < cut.dim(); ++i)  // the stride of a single index means nothing
            CHECK((read.size(i) == 1 || read.stride(i) == cut.stride(i)));
        CHECK(read.storage_offset() == cut.storage_offset());
        CHECK(read.is_alias_of(t));
        CHECK(read.is_contiguous() == cut.is_contiguous());
    };
    const at::Tensor contiguous = counting({2, 5, 8}).to(at::kFloat);
    const std::vector<at::Tensor> tensors{contiguous,
                                          counting({5, 8}),
                                          counting({3, 2, 5, 8}).to(at::kHalf),
                                          counting({5, 2, 8}).transpose(0, 1),
                                          counting({8, 5, 2}).permute({2, 1, 0}),
                                          counting({4, 7, 11}).narrow(0, 1, 3).narrow(1, 1, 5).narrow(2, 2, 8),
                                          counting({1, 1, 8}).expand({2, 5, 8}),
                                          counting({2, 5, 16}).slice(2, 0, 16, 2),
                                          at::zeros({2, 5, 8}).requires_grad_()};
    for (const at::Tensor& t : tensors) {
        check(t, resolve_in<Q<4, 2>, Qkv>(t));
        check(t, resolve_in<K<2>, Qkv>(t, token(4)));
        check(t, resolve_in<V<2>, Qkv>(t, tokens(1, 3), dims(1, 2)));
        check(t, resolve_in<Q<4, 2>, Qkv>(t, head(1), token(-1)));
        check(t, resolve_in<Q<4, 2>, Qkv>(t, heads(), tokens(0, 1)));
        check(t, resolve_in<Q<4, 2>, Qkv>(t, heads(), dims(0, 1)));
        if (t.dim() > 2) check(t, resolve_in<Q<4, 2>, Qkv>(t, batch(1), token(0)));
        if (t.dim() > 2) check(t, resolve_in<V<2>, Qkv>(t, batches(0, 1)));
        const at::Tensor grouped = at::cat({t, t}, -1);
        check(grouped, resolve_in<Q<2>, ByHead>(grouped, heads(1, 3), token(2)));
        check(grouped, resolve_in<K<1>, ByHead>(grouped));
        check(grouped, resolve_in<V<1>, ByHead>(grouped, head(-1)));
    }
    const at::Tensor empty = counting({2, 0, 8});
    check(empty, resolve_in<K<2>, Qkv>(empty, batch(1)));
}

TEST_CASE("channels that lie side by side are read as they are cut") {
    const at::Tensor whole = counting({2, 5, 8}).transpose(0, 1);
    const StridedSlice slice{4, 2, 1, 8};
    const at::Tensor cut = suture::detail::cut_channels(whole, slice),
                     read = suture::detail::read_channels(whole, slice);
    CHECK(same_tensor(read, cut));
    CHECK(read.strides() == cut.strides());
    CHECK(read.is_alias_of(whole));
    CHECK(suture::detail::read_channels(whole, {0, 8, 1, 8}).is_same(whole));
    const at::Tensor leaf = at::ones({2, 8}).requires_grad_();
    CHECK(suture::detail::read_channels(leaf, slice).requires_grad());
}

// Staged models: what the compiler takes for one, and which of the two further forms it finds.
#include "suture/model/staged_model.hpp"

#include "suture/gpt2/gpt2.hpp"

#include "doctest.hpp"
#include "message.hpp"

#include <memory>
#include <optional>
#include <type_traits>

namespace {
using namespace suture;
using suture_test::message_of;
using suture_test::says;

/// A model that is no module of LibTorch's, of the four stages alone.
struct Plain {
    int layers() const { return 2; }
    at::Tensor embed(const at::Tensor& ids) { return ids.unsqueeze(-1); }
    at::Tensor block(int layer, at::Tensor x) { return x.add(layer); }
    at::Tensor unembed(const at::Tensor& x) { return x; }
};
struct WithPositions : Plain {
    using Plain::block;
    at::Tensor block(Index, const at::Tensor& x, CausalPositions&) { return x; }
};
struct WithSomeLogits : Plain {
    using Plain::unembed;
    at::Tensor unembed(const at::Tensor& x, const at::Tensor&) { return x; }
};

struct WithoutHead {
    Index layers();
    at::Tensor embed(const at::Tensor&);
    at::Tensor block(Index, const at::Tensor&);
};
struct BlockWithoutLayer : WithoutHead {
    at::Tensor block(const at::Tensor&);
    at::Tensor unembed(const at::Tensor&);
};
struct BlockThatGivesNothing : WithoutHead {
    void block(Index, const at::Tensor&);
    at::Tensor unembed(const at::Tensor&);
};
struct LayersInAList : WithoutHead {
    std::vector<int> layers();
    at::Tensor unembed(const at::Tensor&);
};
struct WithForward {
    at::Tensor forward(const at::Tensor&);
};
}  // namespace

TEST_CASE("a module, its holder, a struct and any pointer of these is a staged model") {
    static_assert(StagedModel<Decoder> && StagedModel<Decoder::ContainedType>);
    static_assert(StagedModel<Plain> && StagedModel<Plain*> && StagedModel<std::shared_ptr<Plain>>);
    static_assert(StagedModel<std::unique_ptr<Plain>> && StagedModel<const std::unique_ptr<Plain>>);
    static_assert(StagedModel<WithPositions> && StagedModel<WithSomeLogits>);
}

TEST_CASE("a model that lacks a stage, or has another under its name, is none") {
    static_assert(!StagedModel<WithoutHead> && !StagedModel<BlockWithoutLayer> && !StagedModel<BlockThatGivesNothing>);
    static_assert(!StagedModel<LayersInAList> && !StagedModel<WithForward> && !StagedModel<WithForward*>);
    static_assert(!StagedModel<int> && !StagedModel<int*> && !StagedModel<std::shared_ptr<Plain>*>);
}

TEST_CASE("a constant model is staged only if its stages may be called on it") {
    static_assert(!StagedModel<const Plain> && !StagedModel<const Plain*>);
}

TEST_CASE("the further forms are found where there are any") {
    using suture::detail::computes_positions;
    using suture::detail::reads_some_logits;
    static_assert(!computes_positions<Plain> && !reads_some_logits<Plain>);
    static_assert(computes_positions<WithPositions> && !reads_some_logits<WithPositions>);
    static_assert(!computes_positions<WithSomeLogits> && reads_some_logits<WithSomeLogits>);
    static_assert(computes_positions<Decoder::ContainedType> && reads_some_logits<Decoder::ContainedType>);
}

TEST_CASE("the stages are those of the model itself, not of a copy") {
    using suture::detail::stages_of;
    Plain model;
    Plain* pointer = &model;
    const auto shared = std::make_shared<Plain>();
    CHECK(&stages_of(model) == &model);
    CHECK(&stages_of(pointer) == &model);
    CHECK(&stages_of(shared) == shared.get());
}

TEST_CASE("an empty pointer or holder is refused before anything runs") {
    using suture::detail::stages_of;
    Plain* pointer = nullptr;
    std::shared_ptr<Plain> shared;
    Decoder holder(nullptr);
    for (const std::string& text : {message_of<ModelError>([&] { (void)stages_of(pointer); }),
                                    message_of<ModelError>([&] { (void)stages_of(shared); }),
                                    message_of<ModelError>([&] { (void)stages_of(holder); })})
        CHECK(says(text, "the model is an empty pointer or holder", "construct it first"));
}

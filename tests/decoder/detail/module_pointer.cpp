#include "suture/decoder/detail/module_pointer.hpp"

#include "suture/gpt2/gpt2.hpp"

#include "doctest.hpp"

#include <memory>
#include <type_traits>
#include <utility>

// What the sentences say is tested with both compilers in tests/compile_fail.

using namespace suture;

TEST_CASE("a block, its attention and its MLP are shared pointers") {
    using Block = DecoderBlockImpl;
    Decoder model(Gpt2Config{.width = 8, .heads = 2, .inner = 32, .layers = 2, .positions = 4, .vocabulary = 5});
    const std::shared_ptr<Block> block = model->blocks[1];
    CHECK(block.get() == model->blocks[1].get());
    CHECK(block == model->blocks[1]);
    CHECK(block->attn != nullptr);
    const suture::detail::ModulePointer<Block> again = block;
    CHECK(again.use_count() == block.use_count());
    for (const std::shared_ptr<Block>& each : model->blocks) CHECK(each->mlp != nullptr);
    suture::detail::ModulePointer<Block> from = block;
    const suture::detail::ModulePointer<Block> taken = std::move(from);
    CHECK(taken == block);
    CHECK_FALSE(suture::detail::ModulePointer<Block>());
}

TEST_CASE("a pointer to a module is as large as a shared pointer, and answers no to a call") {
    using Pointer = suture::detail::ModulePointer<DecoderMlpImpl>;
    CHECK(sizeof(Pointer) == sizeof(std::shared_ptr<DecoderMlpImpl>));
    CHECK(std::is_empty_v<suture::detail::BehindAPointer>);
    constexpr auto refuses = []<class P>(P* pointer) {
        return !requires { pointer->forward(3); }
        &&!requires { (*pointer)(3); };
    };
    CHECK(refuses(static_cast<Pointer*>(nullptr)));
}

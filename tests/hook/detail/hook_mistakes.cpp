#include "suture/hook/detail/hook_mistakes.hpp"

#include "suture/edit/on.hpp"
#include "suture/hook/board.hpp"

#include "doctest.hpp"

using namespace suture;
using suture::detail::HookMistake;
using suture::detail::mistake_of_hook;

// What the sentences say is tested with both compilers in tests/compile_fail.

TEST_CASE("what cannot be a hook is told from its type") {
    CHECK(mistake_of_hook<decltype(on<Q>())> == HookMistake::no_operation);
    CHECK(mistake_of_hook<double> == HookMistake::value_as_hook);
    CHECK(mistake_of_hook<at::Tensor&> == HookMistake::value_as_hook);
    CHECK(mistake_of_hook<const View<Q<4>>&> == HookMistake::value_as_hook);
    CHECK(mistake_of_hook<Board<Q<4>>> == HookMistake::temporary_board);
    CHECK(mistake_of_hook<const Board<Q<4>>&> == HookMistake::const_board);
}

TEST_CASE("what can be a hook is no mistake") {
    CHECK(mistake_of_hook<Board<Q<4>>&> == HookMistake::none);
    CHECK(mistake_of_hook<decltype(on<Q>().zero())> == HookMistake::none);
    const auto callback = [](const at::Tensor&) {};
    CHECK(mistake_of_hook<decltype(callback)&> == HookMistake::none);
}

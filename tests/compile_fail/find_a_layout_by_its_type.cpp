// expect: a layout is found by its name: pass find_layout a name such as Gpt2Qkv
// A program that knows the type needs no search: `Gpt2Qkv<768, 12>` or, with sizes known at run time,
// `Extents<Gpt2Qkv<dynamic, dynamic>>`.
#include <suture/core/published_layouts.hpp>

using namespace suture;

Index channels() {
#ifdef SUTURE_BAD
    return find_layout<Gpt2Qkv<768, 12>>()->of({768, 12})->width();
#else
    return find_layout("Gpt2Qkv")->of({768, 12})->width();
#endif
}

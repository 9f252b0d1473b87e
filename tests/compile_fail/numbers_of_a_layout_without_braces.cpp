// expect: the numbers of a layout stand in braces: write layout.of({768, 12})
// Layouts take one to four numbers, so they come as a list: in the order of the letters, or each with its letter.
#include <suture/core/published_layouts.hpp>

using namespace suture;

Index channels() {
#ifdef SUTURE_BAD
    return find_layout("Gpt2Qkv")->of(768, 12)->width();
#else
    return find_layout("Gpt2Qkv")->of({768, 12})->width();
#endif
}

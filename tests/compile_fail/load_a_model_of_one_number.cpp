// expect: the files of a model tell its sizes: write gpt2::load(directory)
// Layouts have numbers, and are checked when a site is looked up; a model takes those of its config.json.
#include <suture/gpt2/load.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    auto model = gpt2::load<768, 12>("gpt2");
#else
    auto model = gpt2::load("gpt2");
#endif
}

// expect: name what was recorded: write read_history<Q<768, 12>>(path)
// The file is checked against it.
#include <suture/record/spill.hpp>

using namespace suture;

void look() {
#ifdef SUTURE_BAD
    auto history = read_history("queries.safetensors");
#else
    auto history = read_history<Q<768, 12>>("queries.safetensors");
#endif
}

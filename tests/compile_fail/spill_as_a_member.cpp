// expect: a History is spilled by a function: write spill(history, path)
// The function needs nlohmann-json and POSIX, and has a header of its own.
#include <suture/record/spill.hpp>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use(History<Qkv>& history) {
#ifdef SUTURE_BAD
    history.spill("queries.safetensors");
#else
    spill(history, "queries.safetensors");
#endif
}

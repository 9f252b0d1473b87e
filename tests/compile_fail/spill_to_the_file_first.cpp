// expect: spill writes a History to a file: write spill(history, path)
// First what, then where.
#include <suture/record/spill.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void save(History<Qkv>& history) {
#ifdef SUTURE_BAD
    spill("records.safetensors", history);
#else
    spill(history, "records.safetensors");
#endif
}

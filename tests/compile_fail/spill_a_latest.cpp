// expect: spill writes a History to a file: write spill(history, path)
// A Latest holds one activation per layer, which needs no file.
#include <suture/record/spill.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void save(Latest<Qkv>& latest, History<Qkv>& history) {
#ifdef SUTURE_BAD
    spill(latest, "records.safetensors");
#else
    spill(history, "records.safetensors");
#endif
}

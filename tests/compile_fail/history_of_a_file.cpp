// expect: a file is read by a function: write read_history<Q<768, 12>>(path)
// The function needs nlohmann-json and POSIX, and has a header of its own.
#include <suture/record/spill.hpp>
#include <suture/suture.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

void use() {
#ifdef SUTURE_BAD
    History<Qkv> history("queries.safetensors");
#else
    History<Qkv> history = read_history<Qkv>("queries.safetensors");
#endif
}

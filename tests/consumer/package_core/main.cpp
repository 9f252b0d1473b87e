// A program that asks where the channels of GPT-2 lie, and needs nothing but the core.
#include <suture/core.hpp>

using namespace suture;

using Qkv = Fused<2304, Q<768, 12>, K<768, 12>, V<768, 12>>;

int main() { return offset<Qkv, V<768, 12>> == 1536 ? 0 : 1; }

// expect: a configuration is read from a file: write read_gpt2_config(path)
// The path is that of a config.json.
#include <suture/gpt2/config_file.hpp>

using namespace suture;

void use() {
#ifdef SUTURE_BAD
    Gpt2Config config = read_gpt2_config();
#else
    Gpt2Config config = read_gpt2_config("gpt2/config.json");
#endif
}

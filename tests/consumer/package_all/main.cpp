// A program that uses one thing of each component: it compiles and links what each of them depends on.
#include <suture/gpt2/config_file.hpp>
#include <suture/pictures/heat_map.hpp>
#include <suture/suture.hpp>
#include <suture/tokenizer/tokenizer.hpp>

#include <ATen/ops/zeros.h>

#include <exception>

using namespace suture;

template <class Call>
bool is_refused(Call call) {
    try {
        call();
        return false;
    } catch (const Error&) {
        return true;
    }
}

int main() {
    const bool reads_configurations = is_refused([] { gpt2::read_config("no/such/config.json"); });
    const bool reads_vocabularies = is_refused([] { Tokenizer::open("no/such/directory"); });
    const pictures::HeatMap map{.title = "norms", .values = at::zeros({2, 3})};
    return reads_configurations && reads_vocabularies && map.values.numel() == 6 ? 0 : 1;
}

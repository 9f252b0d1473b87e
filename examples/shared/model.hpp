// The model that a program is given on the command line.
#pragma once

#include <suture/pretrained/load.hpp>

#include <CLI/CLI.hpp>

#include <string>

namespace examples {

/// Adds the option for the dtype of the weights.
inline void add_dtype_to(CLI::App& app, std::string& dtype) {
    app.add_option("--dtype", dtype,
                   "the dtype of the weights, float32 or bfloat16, which takes half the memory if the file has it")
        ->check(CLI::IsMember({"float32", "bfloat16"}))
        ->capture_default_str();
}

/// The model in a directory, of any size.
/// @throws suture::FileError or suture::ModelError if it cannot be read
inline suture::Decoder load_model(const std::string& directory, const std::string& dtype = "float32") {
    return suture::pretrained::load(directory, {.dtype = dtype == "bfloat16" ? at::kBFloat16 : at::kFloat});
}

}  // namespace examples

// The model that a program is given on the command line.
#pragma once

#include <suture/pretrained/load.hpp>

#include <string>

namespace examples {

/// The model in a directory, of any size.
/// @throws suture::FileError or suture::ModelError if it cannot be read
inline suture::Decoder load_model(const std::string& directory) { return suture::pretrained::load(directory); }

}  // namespace examples

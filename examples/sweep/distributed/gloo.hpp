// Sums over processes with Gloo, the backend of c10d that needs only a network.
#pragma once

#include "place.hpp"
#include "store.hpp"

#include <suture/tensor/error.hpp>

#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

#include <fmt/format.h>

#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <memory>
#include <vector>

namespace distributed::detail {

/// The local end of a connection.
using Device = std::shared_ptr<gloo::transport::Device>;

/// The device for this machine's host name, or the loopback, which connects only processes of one machine.
inline Device device_of_this_machine() {
    std::array<char, 256> name{};
    gethostname(name.data(), name.size() - 1);
    try {
        return c10d::ProcessGroupGloo::createDeviceForHostname(name.data());
    } catch (const std::exception&) {
        return c10d::ProcessGroupGloo::createDeviceForHostname("127.0.0.1");
    }
}

/// The network interface named by GLOO_SOCKET_IFNAME, as in PyTorch, or else that of the host name.
/// @throws suture::ValueError if the interface does not exist
inline Device gloo_device() {
    const char* const interface = std::getenv("GLOO_SOCKET_IFNAME");
    if (!interface) return device_of_this_machine();
    try {
        return c10d::ProcessGroupGloo::createDeviceForInterface(interface);
    } catch (const std::exception&) {
        throw suture::ValueError(
            fmt::format("GLOO_SOCKET_IFNAME '{}' is not a network interface with an address: give one "
                        "that `ip address` lists",
                        interface));
    }
}

/// A sum, and the connections that computed it.
struct Sum {
    at::Tensor tensor;
    c10::intrusive_ptr<c10d::ProcessGroupGloo> connections;
};

/// The sum over all processes with this prefix. Overwrites `mine`.
inline Sum all_reduce(const Place& place, std::chrono::milliseconds limit, const Device& device,
                      const at::Tensor& mine) {
    const auto options = c10d::ProcessGroupGloo::Options::create(limit);
    options->devices.push_back(device);
    auto gloo =
        c10::make_intrusive<c10d::ProcessGroupGloo>(connect(place, false, limit), place.rank, place.size, options);
    std::vector<at::Tensor> tensors{mine};
    gloo->allreduce(tensors)->wait();
    return {mine, gloo};
}

}  // namespace distributed::detail

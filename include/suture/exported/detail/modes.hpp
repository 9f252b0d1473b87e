// The modes of the caller's thread in which a node may give something else.
#pragma once

#include "suture/tensor/torch.hpp"

#include <c10/core/DefaultDtype.h>
#include <c10/core/DispatchKeySet.h>
#include <c10/core/impl/LocalDispatchKeySet.h>

namespace suture::detail {

/// The modes as they are when it is made.
class ExportedModes {
public:
    friend bool operator==(const ExportedModes& a, const ExportedModes& b) {
        return a.dtype_ == b.dtype_ && a.included_ == b.included_ && a.excluded_ == b.excluded_;
    }
    /// What autocasting gives depends on more: on its dtypes, and on the casts that it has cached.
    bool casts() const { return !excluded_.has_all(c10::autocast_dispatch_keyset); }

private:
    caffe2::TypeMeta dtype_ = c10::get_default_dtype();
    c10::DispatchKeySet included_ = c10::impl::tls_local_dispatch_key_set().included_;
    c10::DispatchKeySet excluded_ = c10::impl::tls_local_dispatch_key_set().excluded_;
};

}  // namespace suture::detail

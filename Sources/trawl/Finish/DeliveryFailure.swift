/// Why somebody could not be told that a run has finished.
struct DeliveryFailure: Error, Equatable {
    /// What went wrong, in one sentence.
    let message: String
    /// Whether another try is worth it.
    var mayPass = true

    /// It was cut short, since the process is to end. It is no try: the next start does it.
    static let cut = DeliveryFailure(message: "cut short")
}

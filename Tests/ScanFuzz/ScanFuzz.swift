import Foundation

#if FUZZER
    /// libFuzzer's own `main`, which calls back with each input (see its FuzzerInterface.h).
    @_silgen_name("LLVMFuzzerRunDriver")
    private func runFuzzer(
        _ count: UnsafeMutablePointer<CInt>,
        _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
        _ check: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
    ) -> CInt

    // Safe because libFuzzer calls from one thread.
    nonisolated(unsafe) private let check = try? ScanCheck()
#endif

/// Checks inputs: those that libFuzzer makes up where it is built by scripts/fuzz, else those of files.
@main
enum ScanFuzz {
    static func main() throws {
        #if FUZZER
            var count = CommandLine.argc
            var arguments = CommandLine.unsafeArgv
            exit(
                runFuzzer(&count, &arguments) { bytes, count in
                    let input = FuzzedInput(UnsafeRawBufferPointer(start: bytes, count: count))
                    if let input { check?.check(input) }
                    return 0
                })
        #else
            guard CommandLine.arguments.count > 1 else {
                print("usage: ScanFuzz FILE...   checks inputs of scripts/fuzz again")
                return
            }
            let check = try ScanCheck()
            for path in CommandLine.arguments.dropFirst() {
                try Data(contentsOf: URL(filePath: path)).withUnsafeBytes { bytes in
                    if let input = FuzzedInput(bytes) { check.check(input) }
                }
            }
        #endif
    }
}

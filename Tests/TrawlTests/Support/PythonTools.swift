import Foundation

/// Programs of PyPI in a virtual environment beside the build.
enum PythonTools {
    private static let installer = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../Database/Fixtures/tools.py"
    ).standardizedFileURL.path
    private static let folder = URL(filePath: Workbench.program).deletingLastPathComponent()
        .deletingLastPathComponent()
        .appending(path: "python-tools").path

    /// The interpreter that finds them.
    static let python = "\(folder)/bin/python"

    /// Whether they are there, or could be had.
    static let areInstalled: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", installer, "--install", folder]
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
}
